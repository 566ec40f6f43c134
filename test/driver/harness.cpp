// harness: runs the C driver of a design against its Verilated RTL, as a script says.
//
//   harness SCRIPT SEED
//
// It is the system around the design: an AXI4-Lite master below the driver's register accesses, a source and a sink of frames,
// and external memory where the design has one (-DDRAM). Each of their channels waits for random numbers of cycles. A breach of
// a protocol ends the run with "@breach". The design's name is `dut`; with several channels CHANNELS is defined, for networks NETWORK,
// where they run by utterance UTTERANCE as well.
//
// Commands of the script, a line each; answers are lines that begin with the command:
//   init, start, pause, reset, wait N, errors, irq, counters      calls of the driver
//   check FILE, load FILE     calls of the driver with the image in a file; the weights of a load are what external memory holds
//   check_weights             call of the driver with what external memory holds
//   weights FILE              external memory: other weights
//   rst                       reset of the port, while the core is held and no frame is on the way
//   partial FILE BYTES        "partial": begins a load pass by registers and sends the first bytes only
//   enable MASK               enables interrupts
//   read OFFSET               "read DATA RESP"
//   write OFFSET DATA STRB    "write RESP"
//   frame FIRST V V V ...     queues an input frame; FIRST is 1 at the start of an utterance; V are its elements
//   batch CH END FIRST V V .. the same for channel CH; END is 1 for the last frame of a batch
//   save N CH                 reads the state of a channel into slot N: "save TEXT / C C C / Y Y Y"
//   restore N CH              writes slot N to a channel
//   clear CH                  clears the state of a channel
//   network                   what the driver reads of the network that is loaded: "network INPUTS OUTPUTS STEPS STATES / ELEMENTS FRAC /
//                             ELEMENTS FRAC ...", inputs first
//   read_state CH STATE COUNT, write_state CH STATE V V ..., resume CH        states of a network
//   cut                       drops the queued frames but for one that is half sent or on offer; "cut N" frames were begun since the
//                             last outputs, "cut N +" where one is on offer whose first beat has not been taken
//   cycles N                  lets time pass
//   drain                     until the output has been quiet for 40 cycles
//   outputs                   "outputs V V V / V V V": the frames that came since; with several channels "outputs CH: V V V / CH: V V V"
//   pace AXI IN OUT           probability, in 256ths, that a channel waits for a cycle
//   memory N KIND             external memory: fails at its Nth beat from now, as RESP (2, 3), or 1 for silence; -1 for never
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "Vdut.h"
#include "verilated.h"

extern "C" {
#include "dut_driver.h"
}

namespace {

constexpr uint32_t kPolls = 200000;
constexpr uint64_t kBase = 0x123456000;

struct Beat {
  uint16_t data;
  bool first;
  bool last;
  bool end;
  uint8_t channel;
  uint8_t output;
};

#ifndef NETWORK
struct State {
  int16_t c[4096];
  int16_t y[4096];
};
#endif

class System {
 public:
  System(VerilatedContext* context, uint64_t seed) : top_(context), random_(seed * 2 + 1) {
    top_.s_axi_ctrl_awvalid = top_.s_axi_ctrl_wvalid = top_.s_axi_ctrl_bready = 0;
    top_.s_axi_ctrl_arvalid = top_.s_axi_ctrl_rready = 0;
    top_.s_axis_tvalid = 0;
    top_.m_axis_tready = 0;
    Reset();
  }

  void Reset() {
    top_.rst = 1;
    for (int n = 0; n < 4; ++n) clock();
    top_.rst = 0;
    clock();
  }

  uint32_t Write(uint32_t offset, uint32_t data, uint32_t strobes) {
    top_.s_axi_ctrl_awaddr = offset;
    top_.s_axi_ctrl_wdata = data;
    top_.s_axi_ctrl_wstrb = strobes;
    int aw_wait = Delay();
    int w_wait = Delay();
    int b_wait = Delay();
    bool aw_sent = false;
    bool w_sent = false;
    for (int guard = 0; guard < 1000; ++guard) {
      top_.s_axi_ctrl_awvalid = !aw_sent && aw_wait-- <= 0;
      top_.s_axi_ctrl_wvalid = !w_sent && w_wait-- <= 0;
      top_.s_axi_ctrl_bready = aw_sent && w_sent && b_wait-- <= 0;
      Settle();
      const bool aw = top_.s_axi_ctrl_awvalid && top_.s_axi_ctrl_awready;
      const bool w = top_.s_axi_ctrl_wvalid && top_.s_axi_ctrl_wready;
      const bool b = top_.s_axi_ctrl_bvalid && top_.s_axi_ctrl_bready;
      const uint32_t response = top_.s_axi_ctrl_bresp;
      if (top_.s_axi_ctrl_bvalid && !(aw_sent && w_sent)) Breach("bvalid before address and data");
      clock();
      aw_sent |= aw;
      w_sent |= w;
      if (b) {
        top_.s_axi_ctrl_bready = 0;
        return response;
      }
    }
    Breach("no answer to a write");
  }

  uint32_t Read(uint32_t offset, uint32_t* response) {
    top_.s_axi_ctrl_araddr = offset;
    int ar_wait = Delay();
    int r_wait = Delay();
    bool ar_sent = false;
    for (int guard = 0; guard < 1000; ++guard) {
      top_.s_axi_ctrl_arvalid = !ar_sent && ar_wait-- <= 0;
      top_.s_axi_ctrl_rready = ar_sent && r_wait-- <= 0;
      Settle();
      const bool ar = top_.s_axi_ctrl_arvalid && top_.s_axi_ctrl_arready;
      const bool r = top_.s_axi_ctrl_rvalid && top_.s_axi_ctrl_rready;
      if (top_.s_axi_ctrl_rvalid && !ar_sent) Breach("rvalid before an address");
      const uint32_t data = top_.s_axi_ctrl_rdata;
      *response = top_.s_axi_ctrl_rresp;
      clock();
      ar_sent |= ar;
      if (r) {
        top_.s_axi_ctrl_rready = 0;
        return data;
      }
    }
    Breach("no answer to a read");
  }

  void Queue(std::istream& words, int channel, bool end) {
    int first = 0;
    words >> first;
    std::vector<int> values;
    for (int value; words >> value;) values.push_back(value);
    for (size_t n = 0; n < values.size(); ++n) {
      input_.push_back({static_cast<uint16_t>(values[n]), n == 0 && first != 0, n + 1 == values.size(), n == 0 && end,
                        static_cast<uint8_t>(channel), 0});
    }
  }

  // Leaves what is on offer, and the rest of a frame that is half sent.
  std::string Cut() {
    const std::string text = std::to_string(begun_) + (top_.s_axis_tvalid && !within_ ? " +" : "");
    size_t keep = 0;
    if (within_ || top_.s_axis_tvalid) {
      while (keep < input_.size() && !input_[keep].last) ++keep;
      if (keep < input_.size()) ++keep;
    }
    input_.resize(keep);
    return text;
  }

  void Cycles(int cycles) {
    for (int n = 0; n < cycles; ++n) clock();
  }

  void Drain() {
    const int pace = out_pace_;
    out_pace_ = 0;
    for (quiet_ = 0; quiet_ < 40;) clock();
    out_pace_ = pace;
  }

  std::string Outputs() {
    std::ostringstream text;
    for (size_t n = 0; n < output_.size(); ++n) {
      if (n == 0 || output_[n - 1].last) {
#ifdef CHANNELS
        text << ' ' << static_cast<int>(output_[n].channel) << ':';
#endif
#ifdef NETWORK
        text << " #" << static_cast<int>(output_[n].output);
#endif
      }
      text << ' ' << static_cast<int16_t>(output_[n].data);
      if (output_[n].last && n + 1 < output_.size()) text << " /";
    }
    if (!output_.empty() && !output_.back().last) text << " ...";
    output_.clear();
    begun_ = 0;
    return text.str();
  }

  uint32_t Peek(uint32_t offset) {
    uint32_t response = 0;
    return Read(offset, &response);
  }

  void Pace(int axi, int in, int out) {
    axi_pace_ = axi;
    in_pace_ = in;
    out_pace_ = out;
  }

  void FailMemory(int beat, int kind) {
    fault_beat_ = beat;
    fault_kind_ = kind;
  }

  bool Irq() const { return top_.irq; }

#ifdef DRAM
  void LoadMemory(const std::string& contents) { memory_ = contents; }

  const std::string& Memory() const { return memory_; }
#endif

 private:
  [[noreturn]] void Breach(const char* what) {
    std::cout << "@breach " << what << " in cycle " << cycle_ << std::endl;
    std::exit(1);
  }

  uint32_t Random() {
    random_ ^= random_ << 13;
    random_ ^= random_ >> 7;
    random_ ^= random_ << 17;
    return static_cast<uint32_t>(random_ >> 16);
  }

  bool Waits(int pace) { return static_cast<int>(Random() & 255) < pace; }

  int Delay() {
    int cycles = 0;
    while (cycles < 20 && Waits(axi_pace_)) ++cycles;
    return cycles;
  }

  void Settle() {
    top_.clk = 0;
    top_.eval();
  }

  void clock() {
    Settle();
    const bool in = top_.s_axis_tvalid && top_.s_axis_tready;
    const bool out = top_.m_axis_tvalid && top_.m_axis_tready;
    Beat beat{static_cast<uint16_t>(top_.m_axis_tdata), false, top_.m_axis_tlast != 0, false, 0, 0};
#ifdef CHANNELS
    beat.channel = top_.m_axis_tdest;
#endif
#ifdef NETWORK
    beat.output = top_.m_axis_tuser;
#endif
    if (!top_.rst) {
      if (held_ && (!top_.m_axis_tvalid || beat.data != held_beat_.data || beat.last != held_beat_.last ||
                    beat.channel != held_beat_.channel || beat.output != held_beat_.output)) {
        Breach("a beat on offer at m_axis changed");
      }
      if (out && !output_.empty() && !output_.back().last &&
          (beat.channel != output_.back().channel || beat.output != output_.back().output)) {
        Breach("tdest or tuser changed within a frame");
      }
      held_ = top_.m_axis_tvalid && !top_.m_axis_tready;
      held_beat_ = beat;
      CheckAnswers();
    }
#ifdef DRAM
    SampleMemory();
#endif
    top_.clk = 1;
    top_.eval();
    ++cycle_;
    ++quiet_;
    if (in) {
      begun_ += !within_;
      within_ = !input_.front().last;
      input_.pop_front();
      quiet_ = 0;
    }
    if (out) {
      output_.push_back(beat);
      quiet_ = 0;
    }
    if (!top_.s_axis_tvalid || in) {
      const bool offer = !top_.rst && !input_.empty() && !Waits(in_pace_);
      top_.s_axis_tvalid = offer;
      if (offer) {
        top_.s_axis_tdata = input_.front().data;
#ifdef CHANNELS
        top_.s_axis_tuser = input_.front().first | input_.front().end << 1;
        top_.s_axis_tdest = input_.front().channel;
#else
        top_.s_axis_tuser = input_.front().first;
#endif
        top_.s_axis_tlast = input_.front().last;
      }
    }
    top_.m_axis_tready = !Waits(out_pace_);
#ifdef DRAM
    DriveMemory();
#endif
  }

  // Answers on the AXI4-Lite port hold until they are taken.
  void CheckAnswers() {
    if (b_held_ && (!top_.s_axi_ctrl_bvalid || top_.s_axi_ctrl_bresp != b_resp_)) Breach("bvalid or bresp changed");
    if (r_held_ && (!top_.s_axi_ctrl_rvalid || top_.s_axi_ctrl_rdata != r_data_ || top_.s_axi_ctrl_rresp != r_resp_)) {
      Breach("rvalid, rdata or rresp changed");
    }
    b_held_ = top_.s_axi_ctrl_bvalid && !top_.s_axi_ctrl_bready;
    b_resp_ = top_.s_axi_ctrl_bresp;
    r_held_ = top_.s_axi_ctrl_rvalid && !top_.s_axi_ctrl_rready;
    r_data_ = top_.s_axi_ctrl_rdata;
    r_resp_ = top_.s_axi_ctrl_rresp;
  }

#ifdef DRAM
  // A memory of 64-bit beats that answers in order.
  void SampleMemory() {
    if (ar_held_ && (!top_.m_axi_arvalid || top_.m_axi_araddr != ar_addr_)) Breach("a read address changed");
    ar_held_ = !top_.rst && top_.m_axi_arvalid && !top_.m_axi_arready;
    ar_addr_ = top_.m_axi_araddr;
    if (!top_.rst && top_.m_axi_arvalid && top_.m_axi_arready) {
      for (uint32_t n = 0; n <= top_.m_axi_arlen; ++n) {
        const uint64_t at = top_.m_axi_araddr + 8 * n - kBase;
        if (at + 8 > memory_.size()) Breach("a read beyond the image");
        reads_.push_back({at, n == top_.m_axi_arlen});
      }
    }
    if (top_.m_axi_rvalid && top_.m_axi_rready) r_taken_ = true;
  }

  void DriveMemory() {
    top_.m_axi_arready = !Waits(40) && reads_.size() < 400;
    if (top_.m_axi_rvalid && !r_taken_) return;
    r_taken_ = false;
    const bool silent = fault_beat_ == 0 && fault_kind_ == 1;
    top_.m_axi_rvalid = !reads_.empty() && !Waits(20) && !silent;
    if (!top_.m_axi_rvalid) return;
    uint64_t word = 0;
    for (int n = 7; n >= 0; --n) word = word << 8 | static_cast<uint8_t>(memory_[reads_.front().at + n]);
    top_.m_axi_rdata = word;
    top_.m_axi_rlast = reads_.front().last;
    top_.m_axi_rresp = fault_beat_ == 0 ? fault_kind_ : 0;
    if (fault_beat_ >= 0) --fault_beat_;
    reads_.pop_front();
  }

  struct MemoryRead {
    uint64_t at;
    bool last;
  };

  std::string memory_;
  std::deque<MemoryRead> reads_;
  bool ar_held_ = false;
  uint64_t ar_addr_ = 0;
  bool r_taken_ = false;
#endif

  Vdut top_;
  uint64_t random_;
  uint64_t cycle_ = 0;
  int quiet_ = 0;
  int axi_pace_ = 0;
  int in_pace_ = 0;
  int out_pace_ = 0;
  int fault_beat_ = -1;
  int fault_kind_ = 0;
  std::deque<Beat> input_;
  std::vector<Beat> output_;
  bool within_ = false;
  int begun_ = 0;
  bool held_ = false;
  Beat held_beat_{};
  bool b_held_ = false;
  uint32_t b_resp_ = 0;
  bool r_held_ = false;
  uint32_t r_data_ = 0;
  uint32_t r_resp_ = 0;
};

// Contents of the file that is named next.
std::string Contents(std::istream& words) {
  std::string path;
  words >> path;
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

uint32_t BusRead(void* system, uint32_t offset) {
  uint32_t response = 0;
  const uint32_t data = static_cast<System*>(system)->Read(offset, &response);
  if (response != 0) std::cout << "@refused read " << std::hex << offset << std::dec << std::endl;
  return data;
}

void BusWrite(void* system, uint32_t offset, uint32_t value) {
  const uint32_t response = static_cast<System*>(system)->Write(offset, value, 15);
  if (response != 0) std::cout << "@refused write " << std::hex << offset << std::dec << std::endl;
}

}  // namespace

int main(int argc, char** argv) {
  VerilatedContext context;
  context.commandArgs(argc, argv);
  System system(&context, std::strtoull(argv[2], nullptr, 10));
#ifdef DRAM
  std::istringstream initial("dram/weights.bin");
  system.LoadMemory(Contents(initial));
#endif
  const dut_bus bus = {&system, BusRead, BusWrite};
#ifndef NETWORK
  std::vector<State> states(4);
#endif
  std::ifstream script(argv[1]);
  for (std::string line; std::getline(script, line);) {
    std::istringstream words(line);
    std::string command;
    words >> command;
    std::ostringstream answer;
    const auto number = [&] {
      int64_t value = 0;
      words >> value;
      return value;
    };
    if (command == "init") {
      answer << dut_text(dut_init(&bus));
    } else if (command == "start") {
#ifdef DRAM
      answer << dut_text(dut_start(&bus, kBase));
#else
      answer << dut_text(dut_start(&bus));
#endif
    } else if (command == "pause") {
      answer << dut_text(dut_pause(&bus, kPolls));
    } else if (command == "reset") {
      answer << dut_text(dut_reset(&bus, kPolls));
    } else if (command == "wait") {
      answer << dut_text(dut_wait(&bus, static_cast<uint32_t>(number()), 20000));
    } else if (command == "errors") {
      answer << dut_text(dut_take_errors(&bus));
    } else if (command == "check" || command == "load") {
      const std::string image = Contents(words);
      const auto* bytes = reinterpret_cast<const uint8_t*>(image.data());
      if (command == "check") {
        answer << dut_text(dut_check_image(&bus, bytes, image.size()));
      } else {
#ifdef DRAM
        const auto* weights = reinterpret_cast<const uint8_t*>(system.Memory().data());
        answer << dut_text(dut_load_image(&bus, bytes, image.size(), weights, system.Memory().size()));
#else
        answer << dut_text(dut_load_image(&bus, bytes, image.size()));
#endif
      }
    } else if (command == "rst") {
      system.Reset();
      continue;
    } else if (command == "partial") {
      const std::string image = Contents(words);
      const auto* bytes = reinterpret_cast<const uint8_t*>(image.data());
      dut_check_image(&bus, bytes, image.size());
      BusWrite(&system, DUT_REG_IMAGE, DUT_IMAGE_LOAD_MASK);
      const int64_t end = number();
      for (int64_t n = 0; n < end; n += 4) {
        uint32_t word = 0;
        for (int byte = 3; byte >= 0; --byte) word = word << 8 | bytes[n + byte];
        BusWrite(&system, DUT_REG_IMAGE_DATA, word);
      }
#ifdef DRAM
    } else if (command == "weights") {
      system.LoadMemory(Contents(words));
    } else if (command == "check_weights") {
      const auto* weights = reinterpret_cast<const uint8_t*>(system.Memory().data());
      answer << dut_text(dut_check_weights(&bus, weights, system.Memory().size()));
#endif
    } else if (command == "enable") {
      dut_enable_interrupts(&bus, static_cast<uint32_t>(number()));
    } else if (command == "irq") {
      const bool raised = system.Irq();
      answer << raised << ' ' << dut_take_interrupts(&bus);
    } else if (command == "counters") {
      dut_counters counters;
      dut_read_counters(&bus, &counters);
      answer << counters.frames << ' ' << counters.cycles << ' ' << counters.macs << ' ' << counters.fifo_high;
#ifdef DRAM
      answer << ' ' << counters.waits;
#endif
    } else if (command == "read") {
      uint32_t response = 0;
      const uint32_t data = system.Read(static_cast<uint32_t>(number()), &response);
      answer << data << ' ' << response;
    } else if (command == "write") {
      const uint32_t offset = static_cast<uint32_t>(number());
      const uint32_t data = static_cast<uint32_t>(number());
      answer << system.Write(offset, data, static_cast<uint32_t>(number()));
    } else if (command == "frame") {
      system.Queue(words, 0, true);
      continue;
    } else if (command == "batch") {
      const int64_t channel = number();
      const bool end = number() != 0;
      system.Queue(words, static_cast<int>(channel), end);
      continue;
#ifdef NETWORK
    } else if (command == "network") {
      dut_network network;
      dut_read_network(&bus, &network);
      answer << network.inputs << ' ' << network.outputs << ' ' << network.max_steps << ' ' << network.states;
      for (uint32_t n = 0; n < network.inputs + network.outputs; ++n) {
        dut_port port;
        const auto result = n < network.inputs ? dut_read_input(&bus, n, &port) : dut_read_output(&bus, n - network.inputs, &port);
        if (result != DUT_OK) answer << " / " << dut_text(result);
        answer << " / " << port.elements << ' ' << port.fraction_bits;
      }
#ifndef UTTERANCE
    } else if (command == "read_state") {
      const auto channel = static_cast<uint32_t>(number());
      const auto state = static_cast<uint32_t>(number());
      std::vector<int16_t> elements(static_cast<size_t>(number()));
      const auto count = static_cast<uint32_t>(elements.size());
      answer << dut_text(dut_read_state(&bus, channel, state, elements.data(), count, kPolls));
      for (const int16_t element : elements) answer << ' ' << element;
    } else if (command == "write_state") {
      const auto channel = static_cast<uint32_t>(number());
      const auto state = static_cast<uint32_t>(number());
      std::vector<int16_t> elements;
      for (int value; words >> value;) elements.push_back(static_cast<int16_t>(value));
      const auto count = static_cast<uint32_t>(elements.size());
      answer << dut_text(dut_write_state(&bus, channel, state, elements.data(), count));
    } else if (command == "resume") {
      answer << dut_text(dut_resume_state(&bus, static_cast<uint32_t>(number())));
#endif
#else
    } else if (command == "save") {
      State& state = states[static_cast<size_t>(number())];
      answer << dut_text(dut_read_state(&bus, static_cast<uint32_t>(number()), state.c, state.y, kPolls)) << " /";
      for (uint32_t n = 0; n < system.Peek(DUT_REG_MODEL_CELLS); ++n) answer << ' ' << state.c[n];
      answer << " /";
      for (uint32_t n = 0; n < system.Peek(DUT_REG_MODEL_OUTPUTS); ++n) answer << ' ' << state.y[n];
    } else if (command == "restore") {
      const State& state = states[static_cast<size_t>(number())];
      answer << dut_text(dut_write_state(&bus, static_cast<uint32_t>(number()), state.c, state.y));
#endif
#ifndef UTTERANCE
    } else if (command == "clear") {
      answer << dut_text(dut_clear_state(&bus, static_cast<uint32_t>(number())));
#endif
    } else if (command == "cut") {
      answer << system.Cut();
    } else if (command == "cycles") {
      system.Cycles(static_cast<int>(number()));
      continue;
    } else if (command == "drain") {
      system.Drain();
      continue;
    } else if (command == "outputs") {
      answer << system.Outputs();
    } else if (command == "pace") {
      const int axi = static_cast<int>(number());
      const int in = static_cast<int>(number());
      system.Pace(axi, in, static_cast<int>(number()));
      continue;
    } else if (command == "memory") {
      const int beat = static_cast<int>(number());
      system.FailMemory(beat, static_cast<int>(number()));
      continue;
    } else {
      std::cout << "@unknown " << line << std::endl;
      return 1;
    }
    std::cout << command << ' ' << answer.str() << '\n';
  }
  std::cout << "@end" << std::endl;
  return 0;
}
