"""Fine-tuning with fixed masks, on a task small enough for a minute: name the symbol of four frames ago.

    python3 finetune.py train dense.safetensors
    esegen prune dense.safetensors --array 1x1x8 --density 0.1 --out pruned.safetensors
    python3 finetune.py tune pruned.safetensors tuned.safetensors

Needs torch, numpy and safetensors. For a model of your own, replace Net and batch().
"""
import sys

import numpy as np
import torch
from safetensors.torch import load_file, save_file

SYMBOLS, DELAY, LENGTH = 8, 4, 24


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = torch.nn.LSTM(SYMBOLS, 64, proj_size=32)
        self.fc = torch.nn.Linear(32, SYMBOLS)

    def forward(self, x):
        return self.fc(self.lstm(x)[0])


def batch(generator, size=32):
    symbols = torch.randint(SYMBOLS, (LENGTH, size), generator=generator)
    noise = 0.1 * torch.randn(LENGTH, size, SYMBOLS, generator=generator)
    return torch.nn.functional.one_hot(symbols, SYMBOLS) + noise, symbols


def apply_masks(net, masks):
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


def main():
    torch.manual_seed(0)
    net = Net()
    if sys.argv[1] == "train":
        train(net, {}, 800, 5e-3)
        save_file(net.state_dict(), sys.argv[2])
        np.save("calibration.npy", batch(torch.Generator().manual_seed(2), 1)[0][:, 0].numpy())
        print(f"dense: {accuracy(net):.1%} of symbols right")
        return
    net.load_state_dict(load_file(sys.argv[2]))
    masks = load_file(sys.argv[2].replace(".safetensors", ".masks.safetensors"))
    print(f"pruned: {accuracy(net):.1%} of symbols right")
    train(net, masks, 800, 5e-3)
    save_file(net.state_dict(), sys.argv[3])
    print(f"fine-tuned: {accuracy(net):.1%} of symbols right")


main()
