"""Every layer's output of a model, at every nesting level, in the order in which Keras executes the calls.

Works with Keras 3, tf_keras 2 and the tf.keras of TensorFlow 2.4 and later, all of which compute when a layer is called on an array.
"""

import numpy as np


def layer_outputs(model, inputs, major):
    """(path, class name, outputs) of each call of each layer; a layer's further calls end in ':1', ':2', ... `major`: Keras' version."""
    walker = Walker(major)
    walker.model(model, list(inputs), "")
    return walker.found


class Walker:
    def __init__(self, major):
        self.major = major
        self.found = []
        self.calls = {}

    def model(self, model, inputs, prefix):
        """`inputs` as a flat list in the order of model.inputs; gives a flat list of outputs."""
        if type(model).__name__ == "Sequential":
            return self.sequential(model, inputs, prefix)
        tensors = dict(zip((id(x) for x in model.inputs), inputs))
        for depth in sorted(model._nodes_by_depth, reverse=True):
            for node in model._nodes_by_depth[depth]:
                if node.is_input:
                    continue
                layer = getattr(node, "operation", None) or node.layer
                args, kwargs = arguments(node, tensors)
                outputs = self.call(layer, prefix, args, kwargs)
                for symbol, value in zip(flatten(node.outputs), outputs):
                    tensors[id(symbol)] = value
        return [tensors[id(symbol)] for symbol in model.outputs]

    def sequential(self, model, inputs, prefix):
        value = inputs[0]
        for layer in model.layers:
            outputs = self.call(layer, prefix, [value], {})
            value = outputs[0] if len(outputs) == 1 else outputs
        return outputs

    def call(self, layer, prefix, args, kwargs):
        path = prefix + layer.name
        count = self.calls.get(path, 0)
        self.calls[path] = count + 1
        if is_model(layer):
            return self.model(layer, model_inputs(layer, args, kwargs), path + "/")
        if takes_training(layer) and (self.major >= 3 or "training" not in kwargs):
            kwargs = {**kwargs, "training": False}  # as predict() does: Keras 3 whatever the graph says
        outputs = flatten(layer(*args, **kwargs))
        self.found.append((path if count == 0 else f"{path}:{count}", type(layer).__name__, [np.asarray(output) for output in outputs]))
        return outputs


def arguments(node, tensors):
    """The node's arguments with values in place of symbols."""
    if hasattr(node, "arguments") and hasattr(node.arguments, "fill_in"):
        return node.arguments.fill_in(tensors)
    if hasattr(node, "map_arguments"):  # Keras 2: keyed by text, each use of a tensor takes one away
        copies = {str(key): [value] * 100 for key, value in tensors.items()}
        return node.map_arguments(copies)
    raise TypeError(f"unknown node {node}")


def model_inputs(model, args, kwargs):
    """A nested model's inputs in its own order, by name when they come as a dict."""
    given = args[0]
    if isinstance(given, dict):
        struct = getattr(model, "_inputs_struct", getattr(model, "_nested_inputs", None))
        names = sorted(struct) if isinstance(struct, dict) else [name_of(x) for x in model.inputs]
        return [given[name] for name in names]
    return flatten(given)


def name_of(symbol):
    return symbol.name.split(":")[0]


def is_model(layer):
    return hasattr(layer, "layers") and (hasattr(layer, "_nodes_by_depth") or type(layer).__name__ == "Sequential")


def takes_training(layer):
    """Only a layer's own `call` counts: Keras 3 lists 'training' for every layer."""
    if hasattr(layer, "_call_has_training_arg"):
        return layer._call_has_training_arg
    return getattr(layer, "_expects_training_arg", False)


def flatten(value):
    if isinstance(value, dict):
        return [item for key in sorted(value) for item in flatten(value[key])]
    if isinstance(value, (list, tuple)):
        return [item for part in value for item in flatten(part)]
    return [] if value is None else [value]
