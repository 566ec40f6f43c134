// SPDX-License-Identifier: Apache-2.0
// load_decode: picks what is for one memory from the load bus (see image_loader).
//
//   load = {valid, kind (3 bits), number of the memory (12 bits), address, data}
`resetall
`timescale 1ns / 1ps
`default_nettype none

module sample_load_decode #(
    // Kind of the memory.
    parameter integer KIND = 0,
    // Bits of an address and of a word of the memory.
    parameter integer ADDR_WIDTH = 11,
    parameter integer WIDTH = 54,
    // The same of the bus.
    parameter integer LOAD_ADDR = 11,
    parameter integer LOAD_DATA = 54
) (
    input  wire [LOAD_ADDR+LOAD_DATA+15:0] load,
    // Number of the memory: a port, so that the decoders of all lanes are one module.
    input  wire [11:0]                     number,
    output wire                            en,
    output wire [ADDR_WIDTH-1:0]           addr,
    output wire [WIDTH-1:0]                data
);

    localparam [2:0] THIS_KIND = KIND[2:0];

    assign en = load[LOAD_ADDR+LOAD_DATA+:16] == {1'b1, THIS_KIND, number};
    assign addr = load[LOAD_DATA+:ADDR_WIDTH];
    assign data = load[0+:WIDTH];

    wire unused_load = &{1'b0, load};

endmodule

`resetall
