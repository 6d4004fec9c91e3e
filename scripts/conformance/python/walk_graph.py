"""`layer_outputs` for Keras 1.2 to 2.3, which build a graph of symbols: the layers are called again on symbols, and all are evaluated at once."""

import numpy as np

from walk import is_model


def layer_outputs(model, values):
    from keras import backend as K

    walker = Walker()
    walker.model(model, list(model.inputs), "")
    symbols = [symbol for _, _, outputs in walker.found for symbol in outputs]
    function = K.function(list(model.inputs) + [K.learning_phase()], symbols)
    arrays = iter(function(list(values) + [0]))
    return [(path, name, [np.asarray(next(arrays)) for _ in outputs]) for path, name, outputs in walker.found]


class Walker:
    def __init__(self):
        self.found = []
        self.calls = {}

    def model(self, model, inputs, prefix):
        if type(model).__name__ == "Sequential" and len(model.inputs) == 1:
            values = inputs
            for layer in model.layers:
                if type(layer).__name__ != "InputLayer":
                    values = self.call(layer, prefix, values, None)
            return values
        container = graph_of(model)
        tensors = dict(zip((id(x) for x in container.inputs), inputs))
        nodes_by_depth = getattr(container, "_nodes_by_depth", None) or container.nodes_by_depth
        for depth in sorted(nodes_by_depth, reverse=True):
            for node in nodes_by_depth[depth]:
                if not node.inbound_layers and not is_model(node.outbound_layer):
                    continue  # an InputLayer; a Sequential that feeds Keras 1's Merge has nothing before it either
                given = [tensors[id(x)] for x in node.input_tensors]
                outputs = self.call(node.outbound_layer, prefix, given, node)
                for symbol, value in zip(node.output_tensors, outputs):
                    tensors[id(symbol)] = value
        return [tensors[id(symbol)] for symbol in container.outputs]

    def call(self, layer, prefix, given, node):
        path = prefix + layer.name
        count = self.calls.get(path, 0)
        self.calls[path] = count + 1
        if is_model(layer) or hasattr(layer, "nodes_by_depth"):
            return self.model(layer, given, path + "/")
        node = node or next((n for n in getattr(layer, "_inbound_nodes", None) or layer.inbound_nodes if n.input_tensors == given), None)
        if node is not None and all(a is b for a, b in zip(given, node.input_tensors)):
            outputs = list(node.output_tensors)
        else:
            arguments = {key: value for key, value in (getattr(node, "arguments", None) or {}).items() if key != "mask"}
            outputs = layer.call(given[0] if len(given) == 1 else given, **arguments)
            outputs = list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]
        self.found.append((path if count == 0 else f"{path}:{count}", type(layer).__name__, outputs))
        return outputs


def graph_of(model):
    """Keras before 2.2 keeps a Sequential's graph in its `model`."""
    inner = getattr(model, "model", None)
    if type(model).__name__ == "Sequential" and inner is None:
        model.build()
        inner = getattr(model, "model", None)
    return inner if inner is not None else model
