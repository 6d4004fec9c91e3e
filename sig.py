import os
os.environ["TF_CPP_MIN_LOG_LEVEL"]="3"
import keras, inspect
from keras import ops
for scope in (ops, ops.image, ops.nn, ops.linalg):
    for n in sorted(dir(scope)):
        f=getattr(scope,n)
        if callable(f) and not n.startswith('_') and inspect.isfunction(f):
            s=str(inspect.signature(f))
            if s not in ('(x)','(x1, x2)'): print(scope.__name__.split('.')[-1], n, s, end=' ; ')
