# PyTorch at the training of training.mjs: train-peer.py FOLDER THREADS BATCH RATE MOMENTUM. It says "ready", answers
# "run N" with the seconds of N steps, and "save FILE" by writing its weights.
import json, sys, time
import numpy as np
import torch
from torch import nn

folder, threads, batch, rate, momentum = sys.argv[1], *map(float, sys.argv[2:])
torch.set_num_threads(int(threads))
batch = int(batch)
labels = torch.from_numpy(np.fromfile(f"{folder}/labels.bin", np.int32).astype(np.int64))
images = torch.from_numpy(np.fromfile(f"{folder}/images.bin", np.float32).reshape(-1, 1, 28, 28))
net = nn.Sequential(
    nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
    nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
    nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10),
)
first = torch.from_numpy(np.fromfile(f"{folder}/weights.bin", np.float32))
shapes = json.load(open(f"{folder}/weights.json"))
at = 0
with torch.no_grad():
    for parameter, one in zip(net.parameters(), shapes, strict=True):
        assert list(parameter.shape) == one["shape"], one
        parameter.copy_(first[at : at + parameter.numel()].reshape(parameter.shape))
        at += parameter.numel()
optimizer = torch.optim.SGD(net.parameters(), lr=rate, momentum=momentum)
loss = nn.CrossEntropyLoss()
per_epoch, done = len(labels) // batch, 0


def step():
    global done
    some = slice(done % per_epoch * batch, (done % per_epoch + 1) * batch)
    optimizer.zero_grad()
    loss(net(images[some]), labels[some]).backward()
    optimizer.step()
    done += 1


print("ready" + json.dumps({"version": torch.__version__}), flush=True)
for line in sys.stdin:
    word, what = line.split(maxsplit=1)
    if word == "run":
        start = time.perf_counter()
        for _ in range(int(what)):
            step()
        print(time.perf_counter() - start, flush=True)
    else:
        torch.cat([p.detach().reshape(-1) for p in net.parameters()]).numpy().tofile(what.strip())
        print("saved", flush=True)
