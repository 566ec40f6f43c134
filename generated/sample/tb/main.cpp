// SPDX-License-Identifier: Apache-2.0
// Clock, reset and waves for bench under Verilator. Everything else is in tb/bench.v, which also runs under Icarus.
//
//   simulation [+waves=FILE.fst] [arguments of bench.v]

#include <cstdio>
#include <cstring>
#include <memory>

#include "Vbench.h"
#include "verilated.h"
#if VM_TRACE
#include "verilated_fst_c.h"
#endif

namespace {

constexpr int kResetCycles = 4;
constexpr int kHalfPeriodPs = 2500;

}  // namespace

int main(int argc, char** argv) {
  auto context = std::make_unique<VerilatedContext>();
  context->commandArgs(argc, argv);
  auto bench = std::make_unique<Vbench>(context.get());

#if VM_TRACE
  std::unique_ptr<VerilatedFstC> waves;
  const char* argument = context->commandArgsPlusMatch("waves=");
  if (const char* path = std::strchr(argument, '=')) {
    context->traceEverOn(true);
    waves = std::make_unique<VerilatedFstC>();
    bench->trace(waves.get(), 99);
    waves->open(path + 1);
  }
#endif

  auto half_period = [&](int clock) {
    bench->clk = clock;
    bench->eval();
#if VM_TRACE
    if (waves) waves->dump(context->time());
#endif
    context->timeInc(kHalfPeriodPs);
  };

  bench->rst = 1;
  for (int cycle = 0; !context->gotFinish(); ++cycle) {
    // Reset falls while the clock is low, as in icarus_tb.v.
    if (cycle == kResetCycles) bench->rst = 0;
    half_period(0);
    half_period(1);
  }
  bench->final();
#if VM_TRACE
  if (waves) waves->close();
#endif
  return 0;
}
