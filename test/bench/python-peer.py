# One convolution, as often as asked: reads the arrays named in argv, then a line for each run, and answers with seconds.
import sys, time
import numpy as np

kind, folder = sys.argv[1], sys.argv[2]
x, w = np.load(f"{folder}/x.npy"), np.load(f"{folder}/w.npy")
if kind == "filter2d":
    import cv2
    cv2.setNumThreads(1)
    planes = [np.ascontiguousarray(p) for p in x]
    kernels = [np.ascontiguousarray(k) for k in w[0]]
    def run():
        total = cv2.filter2D(planes[0], cv2.CV_32F, kernels[0])
        for plane, kernel in zip(planes[1:], kernels[1:]):
            cv2.add(total, cv2.filter2D(plane, cv2.CV_32F, kernel), total)
        return total
else:
    from scipy.signal import fftconvolve
    def run():
        return sum(fftconvolve(p, k[::-1, ::-1], mode="valid") for p, k in zip(x, w[0]))
print("ready", flush=True)
for _ in sys.stdin:
    start = time.perf_counter()
    run()
    print(time.perf_counter() - start, flush=True)
