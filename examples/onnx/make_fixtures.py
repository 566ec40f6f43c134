"""Writes fixtures of this folder: small LSTMs with random weights, exported by PyTorch.

Needs PyTorch (the files here were written with 1.13.1) and nothing else:

    python3 make_fixtures.py

Each NAME.onnx comes with NAME.safetensors, its state_dict, and NAME.json: frames x [T][I] of one utterance, and what PyTorch
itself computes for them, y [T][P] of the last LSTM layer and, where there is an output layer, logits [T or 1][classes].
Projections have no NAME.onnx: ONNX has none.
"""

import json
import os
import struct

import torch

FRAMES = 7
INPUTS = 5
CELLS = 6


class Net(torch.nn.Module):
    def __init__(self, layers=1, both=False, batch_first=False, bias=True, classes=0, last=False, outputs=0):
        super().__init__()
        self.lstm = torch.nn.LSTM(
            INPUTS, CELLS, num_layers=layers, bidirectional=both, batch_first=batch_first, bias=bias, proj_size=outputs
        )
        self.batch_first = batch_first
        self.last = last
        self.fc = torch.nn.Linear((outputs or CELLS) * (2 if both else 1), classes) if classes else None

    def layer(self, x, *state):
        return self.lstm(x, *state)[0]

    def forward(self, x, *state):
        y = self.layer(x, *state)
        if self.last:
            y = y[:, -1] if self.batch_first else y[-1]
        return y if self.fc is None else torch.log_softmax(self.fc(y), -1)


def save_safetensors(tensors, path):
    """The format is a length, a JSON header and the values; this saves the package of that name."""
    header = {}
    values = b""
    for name, tensor in tensors.items():
        data = tensor.numpy().astype("<f4").tobytes()
        offsets = [len(values), len(values) + len(data)]
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": offsets}
        values += data
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + values)


def write(name, net, dynamic=False, state=(), **options):
    net.eval()
    x = torch.randn(1, FRAMES, INPUTS) if net.batch_first else torch.randn(FRAMES, 1, INPUTS)
    if dynamic:
        time, batch = (1, 0) if net.batch_first else (0, 1)
        options |= {"input_names": ["x"], "dynamic_axes": {"x": {time: "time", batch: "batch"}}}
    here = os.path.dirname(os.path.abspath(__file__))
    save_safetensors(net.state_dict(), os.path.join(here, name + ".safetensors"))
    if net.lstm.proj_size == 0:
        torch.onnx.export(net, (x, *state), os.path.join(here, name + ".onnx"), **options)
    with torch.no_grad():
        y = net.layer(x, *state).reshape(FRAMES, -1)
        values = {"x": x.reshape(FRAMES, -1).tolist(), "y": y.tolist()}
        if net.fc is not None:
            values["logits"] = net.fc(y[-1:] if net.last else y).tolist()
    with open(os.path.join(here, name + ".json"), "w") as file:
        json.dump(values, file)
        file.write("\n")


torch.manual_seed(20170222)
write("plain", Net())
write("classes", Net(batch_first=True, classes=4), dynamic=True)
write("last-frame", Net(batch_first=True, classes=4, last=True))
write("no-bias-opset9", Net(bias=False), opset_version=9)
write("not-folded", Net(classes=4), do_constant_folding=False)
write("stacked", Net(layers=3), dynamic=True)
write("both-directions", Net(layers=2, both=True, classes=4), dynamic=True)
write("states", Net(), state=((torch.zeros(1, 1, CELLS), torch.zeros(1, 1, CELLS)),))
write("projected", Net(outputs=3, classes=4))
write("projected-both-directions", Net(layers=2, both=True, outputs=3, classes=4))
