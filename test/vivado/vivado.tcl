# Stands for Vivado where there is only tclsh: knows the commands that the scripts use, with their options, and what they need.
#
#     tclsh vivado.tcl <version> <infers> <failing run> <script> [<argument> ...]
#
# version:     what `version -short` says
# infers:      1: packaging finds AXI interfaces, clock and reset by itself; 0: it finds none
# failing run: name of the run that does not reach its end, or empty
#
# A command with an unknown option or a wrong number of arguments, a file that is not there, an object or a property that
# does not exist is an error. Every command is printed, after its name and a colon; so is the saved IP, after `IP:`.

# ---- Commands and their arguments -------------------------------------------------------------------------------------

# By command: options with a value, options without one, least and most other arguments. From AMD's UG835 for Vivado 2020.2 to
# 2023.2; the ipx commands from AMD's tutorials and scripts in use.
set commands {
    version {{} -short 0 0}
    create_project {-part {-force -in_memory} 0 2}
    close_project {{} -delete 0 0}
    add_files {{-fileset -of_objects} {-norecurse -scan_for_includes} 1 1}
    update_compile_order {-fileset {} 0 0}
    set_property {{-name -value -objects -dict} {} 0 3}
    get_property {{} {} 2 2}
    get_filesets {{} {} 1 1}
    get_runs {{} {} 1 1}
    set_msg_config {{-id -new_severity} {} 0 0}
    launch_runs {{-jobs -to_step} -force 1 1}
    wait_on_run {-timeout {} 1 1}
    open_run {-name {} 1 1}
    close_design {{} {} 0 0}
    report_utilization {-file {-hierarchical} 0 0}
    report_timing_summary {{-file -max_paths} {} 0 0}
    report_power {-file {} 0 0}
    report_methodology {-file {} 0 0}
    report_high_fanout_nets {{-file -max_nets -fanout_greater_than} {-timing -load_types} 0 0}
    report_qor_suggestions {{-file -max_paths} {} 0 0}
    create_clock {{-name -period} {} 1 1}
    get_clocks {{} {} 1 1}
    set_clock_uncertainty {{} {-setup -hold} 2 2}
    set_input_delay {{-clock} {-max -min} 2 2}
    set_output_delay {{-clock} {-max -min} 2 2}
    set_multicycle_path {{-from -to} {-setup -hold} 1 1}
    get_ports {-filter {} 0 1}
    get_cells {-filter -hierarchical 0 1}
    ipx::package_project {{-root_dir -vendor -library -taxonomy -set_current} {-import_files -force} 0 0}
    ipx::current_core {{} {} 0 0}
    ipx::get_bus_interfaces {-of_objects {} 0 1}
    ipx::infer_bus_interface {{} {} 3 3}
    ipx::associate_bus_interfaces {{-busif -clock -reset} {} 1 1}
    ipx::get_bus_parameters {-of_objects {} 1 1}
    ipx::add_bus_parameter {{} {} 2 2}
    ipx::get_memory_maps {-of_objects {} 0 1}
    ipx::add_memory_map {{} {} 2 2}
    ipx::remove_memory_map {{} {} 2 2}
    ipx::add_address_block {{} {} 2 2}
    ipx::add_register {{} {} 2 2}
    ipx::add_field {{} {} 2 2}
    ipx::get_address_spaces {-of_objects {} 0 1}
    ipx::add_address_space {{} {} 2 2}
    ipx::remove_address_space {{} {} 2 2}
    ipx::get_user_parameters {-of_objects {} 1 1}
    ipx::get_hdl_parameters {-of_objects {} 1 1}
    ipx::get_file_groups {{-of_objects -filter} {} 0 1}
    ipx::get_files {-of_objects {} 1 1}
    ipx::add_file_group {-type {} 2 2}
    ipx::add_file {{} {} 2 2}
    ipx::create_xgui_files {{} {} 1 1}
    ipx::update_checksums {{} {} 1 1}
    ipx::check_integrity {{} {} 1 1}
    ipx::save_core {{} {} 1 1}
}

# Properties that may be set, by the kind of the object; an object is the list of its kind and its name.
set properties {
    fileset {top generic}
    run {STEPS.SYNTH_DESIGN.TCL.PRE {STEPS.SYNTH_DESIGN.ARGS.MORE OPTIONS}}
    file {USED_IN}
    core {name version display_name description core_revision supported_families}
    interface {slave_memory_map_ref master_address_space_ref}
    bus_parameter {value}
    space {range width}
    map {}
    block {range width usage}
    register {address_offset size description}
    field {bit_offset bit_width access description modified_write_value}
    group_file {type}
    user_parameter {value}
    hdl_parameter {value}
}

# Name of the object -> 1; "object property" -> value.
array set exists {fileset\ sources_1 1 fileset\ constrs_1 1 run\ synth_1 1 run\ impl_1 1}
array set property {}

# What the object is that a command is about to use.
proc need {object} {
    if {![info exists ::exists($object)]} {
        error "there is no $object"
    }
    return $object
}

proc add {kind name} {
    set ::exists([list $kind $name]) 1
    return [list $kind $name]
}

# Objects of a kind; of a name where one is given.
proc objects {kind {name *}} {
    set found {}
    foreach object [lsort [array names ::exists]] {
        if {[lindex $object 0] eq $kind && [string match $name [lindex $object 1]]} {
            lappend found $object
        }
    }
    return $found
}

proc value {object name} {
    if {![info exists ::property([list $object $name])]} {
        error "$object has no $name"
    }
    return $::property([list $object $name])
}

proc need_file {path} {
    if {![file isfile $path]} {
        error "no such file: $path"
    }
    if {[file pathtype $path] ne "absolute"} {
        error "depends on the working directory: $path"
    }
}

# Options of a call, and its other arguments under the name "".
proc parse {command arguments} {
    lassign [dict get $::commands $command] with without least most
    set call [dict create "" {}]
    while {[llength $arguments] > 0} {
        set arguments [lassign $arguments first]
        if {$first in $with} {
            if {[llength $arguments] == 0} {
                error "$command: $first has no value"
            }
            set arguments [lassign $arguments option]
            dict set call $first $option
        } elseif {$first in $without} {
            dict set call $first 1
        } elseif {[string match {-[a-z]*} $first]} {
            error "$command: unknown option $first"
        } else {
            dict lappend call "" $first
        }
    }
    set count [llength [dict get $call ""]]
    if {$count < $least || $count > $most} {
        error "$command: $least to $most arguments, got $count"
    }
    return $call
}

proc call {command args} {
    puts "$command: $args"
    set call [parse $command $args]
    return [do.[string map {:: .} $command] $call {*}[dict get $call ""]]
}

# Runs a script in an interpreter of its own, which knows Tcl and these commands.
proc run_script {script arguments} {
    set child [interp create]
    $child eval {namespace eval ipx {}}
    foreach command [dict keys $::commands] {
        $child alias $command call $command
    }
    $child eval [list set argv $arguments]
    $child eval [list source $script]
    interp delete $child
}

# ---- Project ----------------------------------------------------------------------------------------------------------

proc do.version {call} {
    return $::vivado_version
}

proc do.create_project {call name folder} {
    if {[info exists ::project] || [file exists $folder]} {
        error "there is a project already: $folder"
    }
    if {![regexp {^xc[a-z0-9]+(-[a-z0-9]+)*$} [dict get $call -part]]} {
        error "no such part: [dict get $call -part]"
    }
    file mkdir $folder
    set ::project [file normalize $folder]
    set ::project_name $name
}

proc do.close_project {call} {
    if {[dict exists $call -delete]} {
        file delete -force $::project
    }
    unset ::project
}

proc do.add_files {call files} {
    need [dict get $call -fileset]
    if {$files eq {}} {
        error "no files to add"
    }
    set added {}
    foreach path $files {
        need_file $path
        lappend added [add file $path]
        if {[file extension $path] eq ".v"} {
            read_verilog $path
        }
    }
    # One object is the object itself.
    return [expr {[llength $added] == 1 ? [lindex $added 0] : $added}]
}

# Modules, with their ports and the default of MEM_DIR.
proc read_verilog {path} {
    set file [open $path]
    set text [read $file]
    close $file
    regexp -line {^module (\w+)} $text -> module
    set ::ports($module) {}
    foreach {- direction port} [regexp -all -inline -line {^    (input |output) +wire +(?:\[\d+:\d+\] +)?(\w+),?$} $text] {
        lappend ::ports($module) $port
        set ::direction($port) [expr {$direction eq "output" ? "OUT" : "IN"}]
    }
    set ::registers($module) {}
    foreach {- names} [regexp -all -inline -line {^    reg +(?:\[[^\]]*\] +)?(\w+(?:, \w+)*);$} $text] {
        lappend ::registers($module) {*}[split [string map {, ""} $names]]
    }
    set ::instances($module) [regexp -all -inline -line {\mu_\w+(?= \($)} $text]
    regexp {parameter MEM_DIR = "([^"]*)"} $text -> ::mem_dir($module)
}

proc do.update_compile_order {call} {
    need [dict get $call -fileset]
}

proc do.set_property {call args} {
    if {[dict exists $call -dict]} {
        set pairs [dict get $call -dict]
        lassign $args target
    } elseif {[dict exists $call -name]} {
        set pairs [list [dict get $call -name] [dict get $call -value]]
        set target [dict get $call -objects]
    } else {
        if {[llength $args] != 3} {
            error "set_property: name, value and object, got $args"
        }
        set pairs [lrange $args 0 1]
        set target [lindex $args 2]
    }
    need $target
    foreach {name new} $pairs {
        if {$name ni [dict get $::properties [lindex $target 0]]} {
            error "a [lindex $target 0] has no property $name"
        }
        set ::property([list $target $name]) $new
    }
    if {"top" in $pairs && ![info exists ::ports($new)]} {
        error "no module $new in the files"
    }
    if {[string match *TCL.PRE $name]} {
        need_file $new
    }
}

proc do.get_property {call name object} {
    need $object
    if {$name eq "name"} {
        return [lindex $object 1]
    }
    return [value $object $name]
}

proc do.get_filesets {call name} {
    return [need [list fileset $name]]
}

proc do.get_runs {call name} {
    return [need [list run $name]]
}

proc do.set_msg_config {call} {
    if {![regexp {^[A-Z][a-z]+ \d+-\d+$} [dict get $call -id]] || [dict get $call -new_severity] ne "ERROR"} {
        error "no such message or severity: $call"
    }
}

# ---- Runs -------------------------------------------------------------------------------------------------------------

proc do.launch_runs {call run} {
    need [list run $run]
    if {$run eq "impl_1" && [value {run synth_1} PROGRESS] ne "100%"} {
        error "implementation without synthesis"
    }
    set folder [file join $::project $::project_name.runs $run]
    file mkdir $folder
    set before [pwd]
    cd $folder
    set ok [expr {$run ne $::failing_run}]
    if {$run eq "synth_1"} {
        synthesise
    }
    foreach object [objects file *.xdc] {
        run_script [lindex $object 1] {}
    }
    cd $before
    set ::property([list [list run $run] PROGRESS]) [expr {$ok ? "100%" : "43%"}]
}

# Every file of $readmemh must be where the default of MEM_DIR says, seen from the run.
proc synthesise {} {
    run_script [value {run synth_1} STEPS.SYNTH_DESIGN.TCL.PRE] {}
    set top [value {fileset sources_1} top]
    foreach object [objects file *.mem] {
        set path [lindex $object 1]
        set seen $::mem_dir($top)[file tail $path]
        if {![file isfile $seen] || [file size $seen] != [file size $path]} {
            error "could not open \$readmem data file '$seen'"
        }
    }
}

proc do.wait_on_run {call run} {
    value [list run $run] PROGRESS
}

proc do.open_run {call run} {
    if {[value [list run $run] PROGRESS] ne "100%" || [info exists ::open_run]} {
        error "$run cannot be opened"
    }
    set ::open_run $run
}

proc do.close_design {call} {
    unset ::open_run
}

proc report {call} {
    if {![info exists ::open_run]} {
        error "a report needs an open design"
    }
    close [open [dict get $call -file] {WRONLY CREAT EXCL}]
}
interp alias {} do.report_utilization {} report
interp alias {} do.report_timing_summary {} report
interp alias {} do.report_power {} report

interp alias {} do.report_methodology {} report
interp alias {} do.report_high_fanout_nets {} report
interp alias {} do.report_qor_suggestions {} report

proc do.create_clock {call port} {
    need $port
    if {[dict get $call -period] <= 0} {
        error "no such period: $call"
    }
    set ::property([list $port clock]) [dict get $call -period]
    add clock [dict get $call -name]
}

proc do.get_clocks {call name} {
    return [need [list clock $name]]
}

proc do.set_clock_uncertainty {call margin clock} {
    need $clock
    if {$margin <= 0 || $margin >= $::property([list {port clk} clock])} {
        error "no such uncertainty: $margin"
    }
}

# A delay of some ports: all of them must have the direction, and none may be the clock.
proc delay {direction call delay ports} {
    need [list clock [dict get $call -clock]]
    if {$delay <= 0 || $delay >= $::property([list {port clk} clock])} {
        error "no such delay: $delay"
    }
    foreach port $ports {
        if {$::direction([lindex $port 1]) ne $direction || [lindex $port 1] eq "clk"} {
            error "no delay for [lindex $port 1]"
        }
    }
}
proc do.set_input_delay {call delay ports} { delay IN $call $delay $ports }
proc do.set_output_delay {call delay ports} { delay OUT $call $delay $ports }

proc do.set_multicycle_path {call cycles} {
    need_cells [dict get $call -from]
    need_cells [dict get $call -to]
}

proc need_cells {cells} {
    foreach cell $cells {
        need $cell
    }
}

proc do.get_ports {call {name *}} {
    set ports $::ports([value {fileset sources_1} top])
    if {[dict exists $call -filter]} {
        set found {}
        foreach port $ports {
            set NAME $port
            set DIRECTION $::direction($port)
            set condition [regsub -all {\m(NAME|DIRECTION)\M} [dict get $call -filter] {$\1}]
            if {[regsub -all {== (\w+)|!= (\w+)} $condition {} rest] < 1} {
                error "no such filter: $call"
            }
            set condition [regsub -all {([!=])= (\w+)} $condition {\1= "\2"}]
            if {[expr $condition]} {
                lappend found [add port $port]
            }
        }
        return $found
    }
    if {$name ni $ports} {
        error "no port $name"
    }
    return [add port $name]
}

# Registers by path; the module of an instance has its name, behind that of the design.
proc do.get_cells {call pattern} {
    set top [value {fileset sources_1} top]
    if {![regexp {^((?:u_\w+/)*)([\w*]+)_reg\[\*\]$} $pattern -> path register]} {
        error "no such cells: $pattern"
    }
    set module $top
    foreach instance [split [string trimright $path /] /] {
        if {$instance ni $::instances($module)} {
            error "no cells $pattern"
        }
        set module ${top}_[string range $instance 2 end]
    }
    set found {}
    foreach name $::registers($module) {
        if {[string match $register $name]} {
            lappend found [add cell $path$name]
        }
    }
    if {$found eq {}} {
        error "no cells $pattern"
    }
    return $found
}

# ---- IP ---------------------------------------------------------------------------------------------------------------

proc do.ipx.package_project {call} {
    set ::root [dict get $call -root_dir]
    set top [value {fileset sources_1} top]
    add core $top
    add user_parameter MEM_DIR
    add hdl_parameter MEM_DIR
    foreach group {xilinx_anylanguagesynthesis xilinx_anylanguagebehavioralsimulation} {
        add group $group
    }
    foreach object [objects file] {
        if {[string first $::root/ [lindex $object 1]] != 0} {
            error "not in the folder of the IP: [lindex $object 1]"
        }
    }
    if {$::infers} {
        foreach port {clk rst} {
            add interface $port
        }
        foreach name {s_axis m_axis m_axi s_axi_ctrl} {
            if {[lsearch $::ports($top) ${name}_*] >= 0} {
                add interface $name
            }
        }
        add map s_axi_ctrl
        add space m_axi
    }
}

proc do.ipx.current_core {call} {
    return [lindex [objects core] 0]
}

proc of {call} {
    return [need [dict get $call -of_objects]]
}

proc do.ipx.get_bus_interfaces {call {name *}} {
    of $call
    return [lindex [objects interface $name] 0]
}

proc do.ipx.infer_bus_interface {call ports type core} {
    need $core
    if {![regexp {^xilinx\.com:(interface|signal):(axis|aximm|clock|reset|interrupt)_rtl:1\.0$} $type]} {
        error "no such type: $type"
    }
    set prefix [lindex $ports 0]
    foreach port $ports {
        if {$port ni $::ports([lindex $core 1])} {
            error "no port $port"
        }
        if {[llength $ports] > 1} {
            set prefix [regsub {_[a-z]+$} $port ""]
            if {![string match ${prefix}_* [lindex $ports 0]]} {
                error "ports of two interfaces: $ports"
            }
        }
    }
    return [add interface $prefix]
}

proc do.ipx.associate_bus_interfaces {call core} {
    need $core
    need [list interface [dict get $call -clock]]
    if {[dict exists $call -reset]} {
        set reset [lindex [need [list interface [dict get $call -reset]]] 1]
        set ::property([list [list interface [dict get $call -clock]] reset]) $reset
    }
    if {[dict exists $call -busif]} {
        set ::property([list [need [list interface [dict get $call -busif]]] clock]) [dict get $call -clock]
    }
}

proc do.ipx.get_bus_parameters {call name} {
    return [lindex [objects bus_parameter "[lindex [of $call] 1]:$name"] 0]
}

proc do.ipx.add_bus_parameter {call name interface} {
    need $interface
    return [add bus_parameter [lindex $interface 1]:$name]
}

proc do.ipx.get_memory_maps {call} {
    of $call
    return [objects map]
}

proc do.ipx.get_address_spaces {call} {
    of $call
    return [objects space]
}

proc make {kind name owner} {
    need $owner
    if {[info exists ::exists([list $kind $name])]} {
        error "there is a $kind $name already"
    }
    return [add $kind $name]
}

proc remove {kind name} {
    unset ::exists([need [list $kind $name]])
}

proc do.ipx.add_memory_map {call name core} { make map $name $core }
proc do.ipx.remove_memory_map {call name core} { remove map $name }
proc do.ipx.add_address_space {call name core} { make space $name $core }
proc do.ipx.remove_address_space {call name core} { remove space $name }
proc do.ipx.add_address_block {call name map} { make block $name $map }
proc do.ipx.add_register {call name block} { make register $name $block }
proc do.ipx.add_field {call name register} { make field "[lindex $register 1].$name" $register }
proc do.ipx.get_user_parameters {call name} { need [list user_parameter $name] }
proc do.ipx.get_hdl_parameters {call name} { need [list hdl_parameter $name] }

proc do.ipx.get_file_groups {call {name *}} {
    of $call
    if {![dict exists $call -filter]} {
        return [need [list group $name]]
    }
    if {![regexp {^NAME =~ (\S+)$} [dict get $call -filter] -> pattern]} {
        error "no such filter: $call"
    }
    return [objects group $pattern]
}

# Packaging takes Verilog and constraints along by itself; whether memory files too is left open (see `infers`).
proc do.ipx.get_files {call name} {
    set group [of $call]
    if {$::infers && [string match *synthesis* $group]} {
        return $name
    }
    return [objects group_file "[lindex $group 1]:$name"]
}

proc do.ipx.add_file_group {call name core} {
    need $core
    if {[dict get $call -type] ne "software_driver" || $name ne ""} {
        error "no such file group: $call"
    }
    return [add group xilinx_softwaredriver]
}

proc do.ipx.add_file {call name group} {
    need $group
    need_file [file join $::root $name]
    return [add group_file "[lindex $group 1]:$name"]
}

proc do.ipx.create_xgui_files {call core} { need $core }
proc do.ipx.update_checksums {call core} { need $core }
proc do.ipx.check_integrity {call core} { need $core }

proc do.ipx.save_core {call core} {
    need $core
    close [open [file join $::root component.xml] {WRONLY CREAT EXCL}]
    foreach key [lsort [array names ::property]] {
        if {[lindex $key 0 0] in {core interface bus_parameter space block register field user_parameter hdl_parameter file group_file}} {
            puts "IP: [lindex $key 0 0] [list [lindex $key 0 1]] [lindex $key 1] $::property($key)"
        }
    }
    foreach object [objects interface] {
        puts "IP: interface [lindex $object 1]"
    }
}

# ---- The script -------------------------------------------------------------------------------------------------------

set argv [lassign $argv vivado_version infers failing_run script]
if {[catch {run_script $script $argv} message]} {
    puts stderr "ERROR: $message"
    exit 1
}
