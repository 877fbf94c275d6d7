"""Runs ONNX files of an artifact with Python's onnxruntime: reads runs as JSON, writes their outputs as JSON.

Standard input: [{"file": path, "feeds": {input: [numbers]}}], each input's numbers in the order of its shape.
Standard output: [{output: [numbers]}].
"""
import json
import os
import sys

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # before the import; see training/engine.ts
import numpy
import onnxruntime

TYPES = {"tensor(float)": numpy.float32, "tensor(int32)": numpy.int32}


def run(file, feeds):
    session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
    given = {i.name: numpy.array(feeds[i.name], TYPES[i.type]).reshape(i.shape) for i in session.get_inputs()}
    names = [o.name for o in session.get_outputs()]
    return {name: value.ravel().tolist() for name, value in zip(names, session.run(names, given))}


json.dump([run(**one) for one in json.load(sys.stdin)], sys.stdout)
