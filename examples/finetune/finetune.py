"""Fine-tuning with fixed masks, on a task small enough for a minute: name the symbol of four frames ago.

    python3 finetune.py train dense.safetensors
    esegen prune dense.safetensors --array 1x1x8 --density 0.1 --out pruned.safetensors
    python3 finetune.py tune pruned.safetensors tuned.safetensors

Other networks: --cell gru, --layers 2, --bidirectional, the same in both calls. Needs torch, numpy and safetensors. For a model of
your own, replace Net and batch().
"""
import argparse

import numpy as np
import torch
from safetensors.torch import load_file, save_file

SYMBOLS, DELAY, LENGTH = 8, 4, 24


class Net(torch.nn.Module):
    def __init__(self, cell, layers, bidirectional):
        super().__init__()
        shared = {"num_layers": layers, "bidirectional": bidirectional}
        if cell == "lstm":
            self.rnn = torch.nn.LSTM(SYMBOLS, 64, proj_size=32, **shared)
        else:
            self.rnn = torch.nn.GRU(SYMBOLS, 32, **shared)
        self.fc = torch.nn.Linear(64 if bidirectional else 32, SYMBOLS)

    def forward(self, x):
        return self.fc(self.rnn(x)[0])


def batch(generator, size=32):
    symbols = torch.randint(SYMBOLS, (LENGTH, size), generator=generator)
    noise = 0.1 * torch.randn(LENGTH, size, SYMBOLS, generator=generator)
    return torch.nn.functional.one_hot(symbols, SYMBOLS) + noise, symbols


def apply_masks(net, masks):
    """Every weight matrix of the file has its mask by its own name: layers, directions, gates and projections alike."""
    with torch.no_grad():
        for name, weight in net.named_parameters():
            if "mask." + name in masks:
                weight *= masks["mask." + name]


def accuracy(net):
    x, symbols = batch(torch.Generator().manual_seed(7), 200)
    with torch.no_grad():
        guess = net(x).argmax(-1)
    return (guess[DELAY:] == symbols[:-DELAY]).float().mean().item()


def train(net, masks, steps, rate):
    generator = torch.Generator().manual_seed(1)
    optimizer = torch.optim.Adam(net.parameters(), rate)
    for _ in range(steps):
        x, symbols = batch(generator)
        logits = net(x)[DELAY:].flatten(0, 1)
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(logits, symbols[:-DELAY].flatten()).backward()
        optimizer.step()
        apply_masks(net, masks)  # what was pruned stays zero


def check_masks(net, masks):
    """A mask without its parameter would be left out without a word."""
    unknown = {name.removeprefix("mask.") for name in masks} - {name for name, _ in net.named_parameters()}
    if unknown:
        raise SystemExit(f"masks of parameters that the network has not: {', '.join(sorted(unknown))}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cell", choices=["lstm", "gru"], default="lstm")
    parser.add_argument("--layers", type=int, default=1)
    parser.add_argument("--bidirectional", action="store_true")
    parser.add_argument("step", choices=["train", "tune"])
    parser.add_argument("files", nargs="+", help="train: file to write; tune: pruned file, file to write")
    given = parser.parse_args()
    if len(given.files) != (1 if given.step == "train" else 2):
        parser.error("train takes one file, tune takes two")
    torch.manual_seed(0)
    net = Net(given.cell, given.layers, given.bidirectional)
    if given.step == "train":
        train(net, {}, 800, 5e-3)
        save_file(net.state_dict(), given.files[0])
        np.save("calibration.npy", batch(torch.Generator().manual_seed(2), 1)[0][:, 0].numpy())
        print(f"dense: {accuracy(net):.1%} of symbols right")
        return
    pruned, tuned = given.files
    net.load_state_dict(load_file(pruned))
    masks = load_file(pruned.replace(".safetensors", ".masks.safetensors"))
    check_masks(net, masks)
    print(f"pruned: {accuracy(net):.1%} of symbols right")
    train(net, masks, 800, 5e-3)
    save_file(net.state_dict(), tuned)
    print(f"fine-tuned: {accuracy(net):.1%} of symbols right")


main()
