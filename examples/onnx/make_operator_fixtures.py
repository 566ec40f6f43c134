"""Writes the fixtures operator-*.onnx: one LSTM operator each, with the attributes and inputs that PyTorch never writes.

Needs the Python packages onnx (the files here were written with 1.12.0) and numpy. Run make_operator_values.mjs afterwards.
"""

import json
import os

import numpy
import onnx
from onnx import TensorProto, helper

FRAMES = 7
INPUTS = 5
CELLS = 6
rng = numpy.random.default_rng(20170222)


def normal(*shape):
    return rng.standard_normal(shape).astype(numpy.float32)


def write(name, both=False, bias=True, peepholes=False, states=False, lengths=False, scale=1.0, **attributes):
    count = 2 if both else 1
    tensors = {
        "W": scale * normal(count, 4 * CELLS, INPUTS),
        "R": scale * normal(count, 4 * CELLS, CELLS),
        "B": normal(count, 8 * CELLS) if bias else None,
        "lengths": numpy.array([FRAMES - 2], numpy.int32) if lengths else None,
        "initial_h": normal(count, 1, CELLS) if states else None,
        "initial_c": normal(count, 1, CELLS) if states else None,
        "P": normal(count, 3 * CELLS) if peepholes else None,
    }
    inputs = ["x"] + [key if value is not None else "" for key, value in tensors.items()]
    while inputs[-1] == "":
        inputs.pop()
    if both:
        attributes["direction"] = "bidirectional"
    node = helper.make_node("LSTM", inputs, ["y"], hidden_size=CELLS, **attributes)
    types = {numpy.dtype("float32"): TensorProto.FLOAT, numpy.dtype("int32"): TensorProto.INT32}
    initializers = [
        helper.make_tensor(key, types[value.dtype], value.shape, value.flatten().tolist())
        for key, value in tensors.items()
        if value is not None
    ]
    x = normal(FRAMES, 1, INPUTS)
    graph = helper.make_graph(
        [node],
        name,
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, x.shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [FRAMES, count, 1, CELLS])],
        initializers,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=7)
    onnx.checker.check_model(model)
    here = os.path.dirname(os.path.abspath(__file__))
    onnx.save(model, os.path.join(here, f"operator-{name}.onnx"))
    with open(os.path.join(here, f"operator-{name}.json"), "w") as file:
        json.dump({"x": x.reshape(FRAMES, INPUTS).tolist()}, file)


write("peepholes", peepholes=True)
write("reverse", direction="reverse", peepholes=True)
write("clip", peepholes=True, clip=0.4, scale=2.0)
write("input-forget", peepholes=True, input_forget=1)
write("states", states=True)
write("lengths", both=True, lengths=True, states=True, peepholes=True)
write("activations", activations=["HardSigmoid", "Relu", "Tanh"], activation_alpha=[0.3], activation_beta=[0.6], scale=0.3)
write(
    "activations-both",
    both=True,
    activations=["HardSigmoid", "Tanh", "HardSigmoid", "Sigmoid", "Relu", "HardSigmoid"],
    activation_alpha=[0.3, 0.1, 0.2],
    activation_beta=[0.6, 0.4, 0.3],
    bias=False,
    scale=0.3,
)
