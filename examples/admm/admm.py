"""ADMM toward block-circulant matrices and balanced masks, on a task small enough for a minute: name the symbol of four frames ago.

    python3 admm.py out.safetensors --plan rnn.weight_ih_l0=c8,rnn.weight_hh_l0=c8,rnn.weight_hr_l0=s0.2
    esegen build out.safetensors --config config.json --out design

A plan says for each weight c8 (block-circulant, blocks of 8) or s0.2 (a fifth of the weights stays, as many in each lane and group). The weights
of one sum, ih and hh of a layer, need one block to be stored as spectra. Other networks: --cell gru, --layers 2. Needs torch, numpy and
safetensors. For a model of your own, replace Net and batch().
"""
import argparse

import numpy as np
import torch
from safetensors.torch import save_file

SYMBOLS, DELAY, LENGTH = 8, 4, 24


class Net(torch.nn.Module):
    def __init__(self, cell, layers):
        super().__init__()
        if cell == "lstm":
            self.rnn = torch.nn.LSTM(SYMBOLS, 64, proj_size=32, num_layers=layers)
        else:
            self.rnn = torch.nn.GRU(SYMBOLS, 32, num_layers=layers)
        self.fc = torch.nn.Linear(32, SYMBOLS)

    def forward(self, x):
        return self.fc(self.rnn(x)[0])


def batch(generator, size=32):
    symbols = torch.randint(SYMBOLS, (LENGTH, size), generator=generator)
    noise = 0.1 * torch.randn(LENGTH, size, SYMBOLS, generator=generator)
    return torch.nn.functional.one_hot(symbols, SYMBOLS) + noise, symbols


def circulant(weight, gates, block):
    """Nearest block-circulant matrix of each gate: the mean of every wrapped diagonal of every block. Rows and columns beyond whole blocks are padding."""
    rows, columns = weight.shape[0] // gates, weight.shape[1]
    high, wide = -(-rows // block), -(-columns // block)
    padded = torch.zeros(2, gates, high * block, wide * block)
    padded[0, :, :rows, :columns] = weight.view(gates, rows, columns)
    padded[1, :, :rows, :columns] = 1
    blocks = padded.view(2, gates, high, block, wide, block).transpose(3, 4).flatten(-2)
    diagonal = (torch.arange(block)[:, None] - torch.arange(block)).remainder(block)
    sums = torch.zeros(2, gates, high, wide, block).index_add_(-1, diagonal.flatten(), blocks)
    means = (sums[0] / sums[1].clamp(min=1))[..., diagonal].transpose(2, 3)
    return means.reshape(gates, high * block, wide * block)[:, :rows, :columns].reshape(weight.shape)


def balanced_mask(weight, gates, density, lanes, groups):
    """The largest weights of each gate, equally many in each lane (rows k mod lanes) and group (columns k mod groups)."""
    mask = torch.zeros(gates, weight.shape[0] // gates, weight.shape[1])
    for gate, values in zip(mask, weight.abs().view(mask.shape)):
        for lane in range(lanes):
            for group in range(groups):
                part = values[lane::lanes, group::groups]
                kept = part.flatten().topk(round(density * part.numel())).indices
                own = torch.zeros(part.numel())
                own[kept] = 1
                gate[lane::lanes, group::groups] = own.view(part.shape)
    return mask.view(weight.shape)


def projections(net, given):
    """For each weight of the plan a function to the nearest matrix of its structure."""
    parameters, made = dict(net.named_parameters()), {}
    for part in given.plan.split(","):
        name, _, structure = part.partition("=")
        if name not in parameters or structure[:1] not in ("c", "s"):
            raise SystemExit(f"--plan: expected weights as c8 or s0.2, got {part}; weights are {', '.join(parameters)}")
        gates = {"lstm": 4, "gru": 3}[given.cell] if "_ih_" in name or "_hh_" in name else 1
        if structure[0] == "c":
            made[name] = lambda w, gates=gates, k=int(structure[1:]): circulant(w, gates, k)
        else:
            made[name] = lambda w, gates=gates, d=float(structure[1:]): w * balanced_mask(w, gates, d, given.lanes, given.groups)
    return made


def accuracy(net):
    x, symbols = batch(torch.Generator().manual_seed(7), 200)
    with torch.no_grad():
        guess = net(x).argmax(-1)
    return (guess[DELAY:] == symbols[:-DELAY]).float().mean().item()


def train(net, generator, steps, rate, penalty=lambda: 0, after=lambda: None):
    optimizer = torch.optim.Adam(net.parameters(), rate)
    for _ in range(steps):
        x, symbols = batch(generator)
        logits = net(x)[DELAY:].flatten(0, 1)
        loss = torch.nn.functional.cross_entropy(logits, symbols[:-DELAY].flatten()) + penalty()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        after()


@torch.no_grad()
def put(weights, structure):
    for name, weight in weights.items():
        weight.copy_(structure[name](weight))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cell", choices=["lstm", "gru"], default="lstm")
    parser.add_argument("--layers", type=int, default=1)
    parser.add_argument("--plan", required=True, help="structures by weight, as above")
    parser.add_argument("--lanes", type=int, default=8, help="of the hardware, for balanced masks")
    parser.add_argument("--groups", type=int, default=1)
    parser.add_argument("file", help="model to write (.safetensors)")
    given = parser.parse_args()
    torch.manual_seed(0)
    generator = torch.Generator().manual_seed(1)
    net = Net(given.cell, given.layers)
    project = projections(net, given)
    weights = {name: dict(net.named_parameters())[name] for name in project}
    train(net, generator, 800, 5e-3)
    print(f"dense: {accuracy(net):.1%} of symbols right")
    dense = {name: value.clone() for name, value in net.state_dict().items()}
    put(weights, project)
    print(f"projected at once: {accuracy(net):.1%}")
    net.load_state_dict(dense)

    # W follows the loss and rho/2 |W - Z + U|^2; Z is the nearest structure to W + U; U sums up what is between them, in units of 1/rho.
    dual, rhos = {name: torch.zeros_like(weight) for name, weight in weights.items()}, np.geomspace(1e-3, 1, 12)
    for last, rho in zip([rhos[0], *rhos], rhos):
        with torch.no_grad():
            near = {name: project[name](weight + dual[name]) for name, weight in weights.items()}
            dual = {name: (dual[name] + weight - near[name]) * last / rho for name, weight in weights.items()}
        pull = lambda: rho / 2 * sum(((w - near[name] + dual[name]) ** 2).sum() for name, w in weights.items())
        train(net, generator, 150, 2e-3, pull)
    far = sum(((w - project[name](w)) ** 2).sum() for name, w in weights.items()) / sum((w**2).sum() for w in weights.values())
    print(f"after ADMM: {accuracy(net):.1%}, {far.item():.2%} of the squared magnitude outside of the structures")
    put(weights, project)
    print(f"projected: {accuracy(net):.1%}")
    # Retraining: blocks are projected after each step, masks stay what they are now.
    masks = {name: weight != 0 for name, weight in weights.items()}
    fixed = {n: project[n] if f"{n}=c" in given.plan else lambda w, own=own: w * own for n, own in masks.items()}
    train(net, generator, 800, 2e-3, after=lambda: put(weights, fixed))
    print(f"retrained: {accuracy(net):.1%}")
    save_file(net.state_dict(), given.file)
    np.save("calibration.npy", batch(torch.Generator().manual_seed(2), 1)[0][:, 0].numpy())


main()
