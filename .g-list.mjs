var __defProp = Object.defineProperty;
var __getOwnPropNames = Object.getOwnPropertyNames;
var __esm = (fn, res, err) => function __init() {
  if (err) throw err[0];
  try {
    return fn && (res = (0, fn[__getOwnPropNames(fn)[0]])(fn = 0)), res;
  } catch (e) {
    throw err = [e], e;
  }
};
var __export = (target, all) => {
  for (var name in all)
    __defProp(target, name, { get: all[name], enumerable: true });
};

// src/core/text.ts
function formatNumber(value, digits = 3) {
  if (Number.isNaN(value)) return "NaN";
  const sign = value < 0 ? "\u2212" : "";
  const size = Math.abs(value);
  if (size === Number.POSITIVE_INFINITY) return `${sign}\u221E`;
  if (Number.isInteger(size) && size < 1e6) return sign + size;
  if (size >= 1e4 || size < 1e-4) {
    const [mantissa, exponent] = size.toExponential(digits - 1).split("e");
    return `${sign}${Number(mantissa)}e${exponent.replace("-", "\u2212")}`;
  }
  if (size >= 10 ** (digits - 1)) return sign + Math.round(size);
  return sign + Number(size.toPrecision(digits));
}
function inputName(path) {
  return path === "-" ? "standard input" : path;
}
function groupDigits(value) {
  const digits = String(Math.abs(value)).replace(/\B(?=(\d{3})+$)/g, ",");
  return value < 0 ? `\u2212${digits}` : digits;
}
function formatBytes(bytes) {
  if (bytes < 1e3) return `${bytes} bytes`;
  if (bytes >= 1e9) return `${formatNumber(bytes / 1e9, 3)} GB`;
  return bytes < 1e6 ? `${formatNumber(bytes / 1e3, 3)} kB` : `${formatNumber(bytes / 1e6, 3)} MB`;
}
function shorten(text, most) {
  if (text.length <= most) return text;
  const before = LEFT_OUT.exec(text.slice(0, 4 * most));
  const [first, second] = before ? [text.slice(0, before.index), text.slice(before.index + before[0].length)] : [text, text];
  const missing = before ? Number(before[1].replaceAll(",", "")) : 0;
  const length = before ? first.length + missing + second.length : text.length;
  const room = Math.max(4, most - 40);
  const head = wholeLetters(first.slice(0, Math.ceil(room * 0.7)));
  const tail2 = wholeLetters(second.slice(-Math.floor(room * 0.3)));
  return `${head} \u2026 (${groupDigits(length - head.length - tail2.length)} letters left out) \u2026 ${tail2}`;
}
function wholeLetters(text) {
  return text.replace(/^[\udc00-\udfff]|[\ud800-\udbff]$/g, "");
}
function someOf(names, most = 12) {
  const shown2 = names.slice(0, most).map((name) => shorten(name, 60)).join(", ");
  return names.length > most ? `${shown2}, \u2026 (${groupDigits(names.length)} in all)` : shown2;
}
function shellWord(arg) {
  if (/^[\w@%+=:,./-]+$/.test(arg)) return arg;
  return /["$`\\!]/.test(arg) ? `'${arg.replaceAll("'", "'\\''")}'` : `"${arg}"`;
}
var LEFT_OUT;
var init_text = __esm({
  "src/core/text.ts"() {
    "use strict";
    LEFT_OUT = / … \(([\d,]+) letters left out\) … /;
  }
});

// src/core/errors.ts
function atPlace(place, error) {
  return error instanceof CnnvizError && error.scope === "command" ? error : atLine(place, error);
}
function atLine(place, error) {
  if (!(error instanceof CnnvizError) || error.message.startsWith(`${place}:`)) return error;
  return retold(error, `${place}: ${error.message}`, error.scope);
}
function ofCommand(error) {
  return error instanceof CnnvizError ? retold(error, error.message, "command") : error;
}
function retold({ code, fix, cause }, message, scope) {
  return new CnnvizError(code, message, { ...fix === void 0 ? {} : { fix }, cause, scope });
}
var LONGEST, CnnvizError;
var init_errors = __esm({
  "src/core/errors.ts"() {
    "use strict";
    init_text();
    LONGEST = 500;
    CnnvizError = class extends Error {
      code;
      fix;
      scope;
      constructor(code, what, detail = {}) {
        super(shorten(what, LONGEST), detail.cause === void 0 ? void 0 : { cause: detail.cause });
        this.name = "CnnvizError";
        this.code = code;
        this.fix = detail.fix === void 0 ? void 0 : shorten(detail.fix, LONGEST);
        this.scope = detail.scope ?? "input";
      }
    };
  }
});

// src/core/job.ts
function presetFor(name, crop) {
  const preset = PRESETS[name];
  if (crop === void 0 || preset.geometry.crop === null) return preset;
  return { ...preset, geometry: { ...preset.geometry, crop: [crop, crop] } };
}
var PRESET_NAMES, PRESETS;
var init_job = __esm({
  "src/core/job.ts"() {
    "use strict";
    PRESET_NAMES = ["imagenet", "mnist", "none"];
    PRESETS = {
      imagenet: {
        geometry: { resize: 256, crop: [224, 224] },
        preprocess: {
          pixels: "unit",
          gray: false,
          normalize: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] }
        }
      },
      mnist: {
        geometry: { resize: null, crop: [28, 28] },
        preprocess: { pixels: "unit", gray: true, normalize: { mean: [0.1307], std: [0.3081] } },
        digit: true
      },
      none: {
        geometry: { resize: null, crop: null },
        preprocess: { pixels: "unit", gray: false, normalize: null }
      }
    };
  }
});

// src/core/tensor.ts
import ndarray from "ndarray";
function sizeOf(shape2) {
  return shape2.reduce((product, side4) => product * side4, 1);
}
function tensor(data, shape2) {
  if (data.length !== sizeOf(shape2)) {
    throw new CnnvizError("shape", `${data.length} numbers do not fill the shape [${shape2.join(", ")}]`);
  }
  return ndarray(data, [...shape2]);
}
function rowMajor(shape2) {
  const stride = new Array(shape2.length);
  let step2 = 1;
  for (let axis = shape2.length - 1; axis >= 0; axis--) {
    stride[axis] = step2;
    step2 *= shape2[axis];
  }
  return stride;
}
var init_tensor = __esm({
  "src/core/tensor.ts"() {
    "use strict";
    init_errors();
  }
});

// src/core/values.ts
function newNumbers(dtype, size, place) {
  const Carrier = CARRIERS[dtype];
  return place ? new Carrier(place.buffer, place.byteOffset, size) : new Carrier(size);
}
function toFloat32(data) {
  return data instanceof Float32Array ? data : Float32Array.from(data);
}
function isFloat(dtype) {
  return dtype === "float32" || dtype === "float64";
}
var CARRIERS;
var init_values = __esm({
  "src/core/values.ts"() {
    "use strict";
    CARRIERS = {
      float32: Float32Array,
      float64: Float64Array,
      int8: Int8Array,
      int16: Int16Array,
      int32: Int32Array,
      int64: Float64Array,
      uint8: Uint8Array,
      uint16: Uint16Array,
      uint32: Uint32Array,
      uint64: Float64Array,
      bool: Uint8Array
    };
  }
});

// src/core/geometry.ts
function extent(kernel, dilation) {
  return dilation * (kernel - 1) + 1;
}
function outputSize(size, pads, kernel, stride, dilation) {
  return Math.floor((size + pads - extent(kernel, dilation)) / stride) + 1;
}
function resolvePads(padding, size, kernel, stride, dilation) {
  if (padding === "valid") return [0, 0, 0, 0];
  if (padding === "full") {
    const [v, h] = [extent(kernel[0], dilation[0]) - 1, extent(kernel[1], dilation[1]) - 1];
    return [v, h, v, h];
  }
  if (padding === "same" || padding === "same_lower") {
    const need = [0, 1].map((axis) => {
      const out = Math.ceil(size[axis] / stride[axis]);
      return Math.max(0, (out - 1) * stride[axis] + extent(kernel[axis], dilation[axis]) - size[axis]);
    });
    const round = padding === "same" ? Math.floor : Math.ceil;
    const [top2, left2] = need.map((total) => round(total / 2));
    return [top2, left2, need[0] - top2, need[1] - left2];
  }
  const list = typeof padding === "number" ? [padding] : padding;
  if (![1, 2, 4].includes(list.length) || list.some((side4) => !Number.isInteger(side4) || side4 < 0)) {
    throw new CnnvizError("usage", `padding ${list.join(",")}: expected 1, 2 or 4 whole numbers from 0`, {
      fix: "n, or height,width, or top,left,bottom,right, or same, valid, full"
    });
  }
  const [top, left = top, bottom = top, right = left] = list;
  return [top, left, bottom, right];
}
function conv2dGeometry(x, weight, shape2) {
  const [N, C, H, W] = x;
  const [M, perGroup, kH, kW] = weight;
  const [sH, sW] = positivePair("stride", shape2.stride);
  const [dH, dW] = positivePair("dilation", shape2.dilation);
  const { groups, paddingMode } = shape2;
  if (!Number.isInteger(groups) || groups < 1) {
    throw new CnnvizError("usage", `groups ${groups}: expected a whole number from 1`);
  }
  if (weight.some((side4) => side4 < 1)) {
    throw new CnnvizError("shape", `kernel [${weight.join(", ")}] is empty`);
  }
  if (C % groups !== 0) {
    throw new CnnvizError("shape", `groups ${groups} does not divide the input's ${plural(C, "channel")}`, {
      fix: `use a divisor of ${C}: ${divisors(C).join(", ")}`
    });
  }
  if (M % groups !== 0) {
    throw new CnnvizError("shape", `groups ${groups} does not divide the ${plural(M, "kernel")}`, {
      fix: `give a multiple of ${groups} kernels: each group of input channels needs its own`
    });
  }
  if (perGroup * groups !== C) {
    const found = `${plural(perGroup, "channel")}${groups > 1 ? ` in each of ${groups} groups` : ""}`;
    throw new CnnvizError("shape", `kernel [${weight.join(", ")}] reads ${found}, the input has ${C}`, {
      fix: `expected a kernel of shape [${M}, ${C / groups}, ${kH}, ${kW}]`
    });
  }
  const pads = resolvePads(shape2.padding, [H, W], [kH, kW], [sH, sW], [dH, dW]);
  checkPads(pads, paddingMode, H, W);
  const oH = outputSize(H, pads[0] + pads[2], kH, sH, dH);
  const oW = outputSize(W, pads[1] + pads[3], kW, sW, dW);
  if (oH < 1 || oW < 1) {
    const spans = dH > 1 || dW > 1 ? ` (it spans ${extent(kW, dW)}\xD7${extent(kH, dH)} with dilation)` : "";
    const padded = pads.some((side4) => side4 > 0) ? ` even padded to ${W + pads[1] + pads[3]}\xD7${H + pads[0] + pads[2]}` : "";
    throw new CnnvizError("shape", `the ${kW}\xD7${kH} kernel${spans} is larger than the ${W}\xD7${H} image${padded}`, {
      fix: "use a smaller kernel, a larger image, or --padding same"
    });
  }
  return { N, C, H, W, M, groups, kH, kW, sH, sW, dH, dW, pads, paddingMode, oH, oW };
}
function checkPads([top, left, bottom, right], mode, H, W) {
  const tall = Math.max(top, bottom);
  const wide = Math.max(left, right);
  const largest2 = Math.max(tall, wide);
  if (mode === "reflect" && (tall >= H || wide >= W)) {
    throw new CnnvizError("shape", `padding ${largest2}: reflect needs less than the image's side (${W}\xD7${H})`, {
      fix: `at most ${H - 1} rows and ${W - 1} columns, or --padding-mode zeros or replicate`
    });
  }
  if (mode === "circular" && (tall > H || wide > W)) {
    throw new CnnvizError("shape", `padding ${largest2}: circular allows at most the image's side (${W}\xD7${H})`, {
      fix: `at most ${H} rows and ${W} columns, or --padding-mode zeros or replicate`
    });
  }
}
function convAxis(g, axis) {
  return axis === 0 ? { size: g.H, kernel: g.kH, stride: g.sH, dilation: g.dH, padBefore: g.pads[0], padAfter: g.pads[2], out: g.oH } : { size: g.W, kernel: g.kW, stride: g.sW, dilation: g.dW, padBefore: g.pads[1], padAfter: g.pads[3], out: g.oW };
}
function poolAxes(H, W, shape2) {
  const [kH, kW] = positivePair("pool size", shape2.kernelSize);
  const [sH, sW] = positivePair("pool stride", shape2.stride);
  const [dH, dW] = positivePair("pool dilation", shape2.dilation);
  const [top, left, bottom, right] = shape2.pads;
  if (Math.max(top, bottom) > kH / 2 || Math.max(left, right) > kW / 2) {
    throw new CnnvizError("usage", `pool padding ${shape2.pads.join(",")}: at most half of the window ${kH},${kW}`);
  }
  const one = (size, kernel, stride, dilation, before, after) => {
    let out = outputSize(size, before + after, kernel, stride, dilation);
    if (shape2.ceilMode) {
      out = Math.ceil((size + before + after - extent(kernel, dilation)) / stride) + 1;
      if ((out - 1) * stride >= size + before) out--;
    }
    if (out < 1) {
      throw new CnnvizError("shape", `the ${kW}\xD7${kH} pool is larger than the ${W}\xD7${H} map`, {
        fix: "use a smaller pool, or a smaller convolution stride before it"
      });
    }
    return { size, kernel, stride, dilation, padBefore: before, padAfter: after, out };
  };
  return [one(H, kH, sH, dH, top, bottom), one(W, kW, sW, dW, left, right)];
}
function conv2dMacs(g) {
  return g.N * g.M * g.oH * g.oW * (g.C / g.groups) * g.kH * g.kW;
}
function positivePair(name, pair4) {
  if (pair4.some((value) => !Number.isInteger(value) || value < 1)) {
    throw new CnnvizError("usage", `${name} ${pair4.join(",")}: expected whole numbers from 1`);
  }
  return pair4;
}
function divisors(n) {
  return Array.from({ length: n }, (_, i) => i + 1).filter((d) => n % d === 0);
}
function plural(count, word) {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}
function sourceIndex(at, size, mode) {
  if (at >= 0 && at < size) return at;
  switch (mode) {
    case "zeros":
      return -1;
    case "replicate":
      return at < 0 ? 0 : size - 1;
    case "reflect":
      return at < 0 ? -at : 2 * (size - 1) - at;
    case "circular":
      return (at + size) % size;
  }
}
var init_geometry = __esm({
  "src/core/geometry.ts"() {
    "use strict";
    init_errors();
  }
});

// src/core/bytes.ts
function memorySource(bytes) {
  const view = (from, length) => {
    checkRange(bytes.length, from, length);
    return bytes.subarray(from, from + length);
  };
  return {
    size: bytes.length,
    read: view,
    readInto: (from, target) => target.set(view(from, target.length))
  };
}
function checkRange(size, from, length) {
  if (from >= 0 && length >= 0 && Number.isSafeInteger(from) && Number.isSafeInteger(length) && from + length <= size) {
    return;
  }
  throw new CnnvizError("format", `bytes ${from} \u2026 ${from + length} lie outside the ${size} bytes of the file`, {
    fix: "the file is cut off or damaged: copy it again"
  });
}
function viewOf({ buffer, byteOffset, byteLength }) {
  return new DataView(buffer, byteOffset, byteLength);
}
function float32Bytes(data) {
  const isLittle2 = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
  if (isLittle2) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const bytes = new Uint8Array(data.byteLength);
  const view = viewOf(bytes);
  for (let i = 0; i < data.length; i++) view.setFloat32(4 * i, data[i], true);
  return bytes;
}
function windowOf(source, start, size) {
  checkRange(source.size, start, size);
  return {
    size,
    read(from, length) {
      checkRange(size, from, length);
      return source.read(start + from, length);
    },
    readInto(from, target) {
      checkRange(size, from, target.length);
      source.readInto(start + from, target);
    }
  };
}
var init_bytes = __esm({
  "src/core/bytes.ts"() {
    "use strict";
    init_errors();
  }
});

// src/models/foreign-file.ts
function asText(bytes) {
  return String.fromCharCode(...bytes);
}
function foreignFile(start, file) {
  const text = asText(start.subarray(0, FOREIGN_BYTES));
  const word = shellWord(file);
  const sign = SIGNS.find(([at, magic]) => text.startsWith(magic, at));
  if (sign) return { what: sign[2], fix: sign[3](word) };
  const found = TEXTS.find(([pattern]) => pattern.test(text));
  return found ? { what: found[1], fix: found[2](word) } : null;
}
var unpacked, SIGNS, TEXTS, FOREIGN_BYTES;
var init_foreign_file = __esm({
  "src/models/foreign-file.ts"() {
    "use strict";
    init_text();
    unpacked = (command) => (file) => `unpack it first: ${command} ${file}`;
    SIGNS = [
      [
        0,
        "\x89HDF\r\n\n",
        "an HDF5 file, as Keras writes .h5",
        (file) => `a model: python -m tf2onnx.convert --keras ${file} --output model.onnx, then: cnnviz run model.onnx; weights alone: save the arrays with numpy.savez`
      ],
      [0, "GGUF", "a GGUF file", () => "take the original .safetensors or .pth"],
      [
        4,
        "TFL3",
        "a TensorFlow Lite model",
        (file) => `export the model to ONNX: python -m tf2onnx.convert --tflite ${file} --output model.onnx`
      ],
      [4, "ORTM", "a model in ONNX Runtime's own format (.ort)", () => "take the .onnx that it was made from"],
      [0, "\x8B", "a gzip archive", unpacked("gunzip")],
      [0, "BZh", "a bzip2 archive", unpacked("bunzip2")],
      [0, "\xFD7zXZ\0", "an xz archive", unpacked("unxz")],
      [0, "(\xB5/\xFD", "a Zstandard archive", unpacked("unzstd")],
      [0, "7z\xBC\xAF'", "a 7-Zip archive", unpacked("7z x")],
      [0, "Rar!\x07", "a RAR archive", unpacked("unrar x")],
      [257, "ustar", "a tar archive", unpacked("tar -xf")],
      [
        0,
        "7767517\n",
        "the layers of an ncnn model (.param)",
        () => "take the .onnx or .pth that it was made from; ncnn has no way back"
      ],
      [0, "%PDF-", "a PDF document", () => "name the file that was meant"]
    ];
    TEXTS = [
      [
        /^version https:\/\/git-lfs\.github\.com\/spec/,
        "a Git LFS pointer: the file itself has not been fetched",
        () => "fetch it in its repository: git lfs pull"
      ],
      [
        /^(\ufeff)?\s*(<!--[\s\S]*?-->\s*)?<(!doctype\s+html|html|head|body)\b/i,
        "a web page (HTML) saved under this name",
        () => "download the file itself: the link to its raw bytes, not the page about it"
      ],
      [
        /^\s*\{[\s\S]*"(modelTopology|weightsManifest)"\s*:/,
        "a TensorFlow.js model",
        (file) => `convert it: python -m tf2onnx.convert --tfjs ${file} --output model.onnx, then: cnnviz run model.onnx`
      ],
      [
        /^\s*\{[\s\S]*"format"\s*:\s*"(layers|graph)-model"/,
        "a TensorFlow.js model",
        (file) => `convert it: python -m tf2onnx.convert --tfjs ${file} --output model.onnx, then: cnnviz run model.onnx`
      ],
      [
        /^\s*\{[\s\S]*"(architectures|model_type)"\s*:/,
        "a configuration of Hugging Face, which names an architecture but no layers",
        () => "export the model: optimum-cli export onnx --model FOLDER out/, then: cnnviz run out/model.onnx"
      ],
      [
        /^\s*\{[\s\S]*"class_name"\s*:\s*"(Sequential|Functional|Model)"/,
        "the architecture of a Keras model",
        () => "export the model where it was made: python -m tf2onnx.convert --keras FILE.h5 --output model.onnx"
      ],
      [
        /^\s*(<\?xml[^>]*>\s*)?<net\s/,
        "the layers of an OpenVINO model",
        () => "take the .onnx or .pth that it was made from"
      ],
      [
        /^\s*(#[^\n]*\n\s*)*(name\s*:\s*"[^"]*"\s+)?(input\s*:\s*"[^"]*"[^{]*)?layers?\s*\{/,
        "the layers of a Caffe model (.prototxt)",
        () => "convert it to ONNX, or write its layers as a network file (.yaml)"
      ],
      [
        /^\s*(#[^\n]*\n\s*)*\[net(work)?\]\s*\n/,
        "the layers of a Darknet model (.cfg)",
        () => "convert it to ONNX, or write its layers as a network file (.yaml)"
      ]
    ];
    FOREIGN_BYTES = 4096;
  }
});

// src/models/weights/float-types.ts
function wholeNumber(value) {
  if (value <= LARGEST_WHOLE && value >= -LARGEST_WHOLE) return Number(value);
  throw new CnnvizError("unsupported", `the 64-bit integer ${value} is beyond 2^53`, {
    fix: "store it as int32 or float64"
  });
}
function halfToNumber(bits) {
  const sign = bits & 32768 ? -1 : 1;
  const exponent = bits >> 10 & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  const steps = exponent === 0 ? fraction : (1024 + fraction) * (1 << exponent - 1);
  return sign * steps / 16777216;
}
function bfloatToNumber(bits) {
  BITS[0] = bits << 16;
  return FLOAT[0];
}
function loadStored(source, from, count, stored, order = LITTLE) {
  const { dtype } = STORED_TYPES[stored];
  const numbers3 = newNumbers(dtype, count);
  fill(source, from, stored, numbers3, order);
  return numbers3;
}
function loadStoredInto(source, from, stored, target, order = LITTLE) {
  fill(source, from, stored, target, order);
}
function fill(source, from, stored, target, { littleEndian }) {
  const { itemBytes, read: read4 } = STORED_TYPES[stored];
  const isSame = stored === "float32" && target instanceof Float32Array && littleEndian === HOST_IS_LITTLE;
  if (isSame) {
    source.readInto(from, new Uint8Array(target.buffer, target.byteOffset, target.byteLength));
    return;
  }
  const step2 = PORTION / itemBytes;
  for (let start = 0; start < target.length; start += step2) {
    const count = Math.min(step2, target.length - start);
    const bytes = source.read(from + start * itemBytes, count * itemBytes);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let i = 0; i < count; i++) target[start + i] = read4(view, i * itemBytes, littleEndian);
  }
}
var LARGEST_WHOLE, STORED_TYPES, BITS, FLOAT, LITTLE, HOST_IS_LITTLE, PORTION;
var init_float_types = __esm({
  "src/models/weights/float-types.ts"() {
    "use strict";
    init_errors();
    init_values();
    LARGEST_WHOLE = BigInt(Number.MAX_SAFE_INTEGER);
    STORED_TYPES = {
      float64: { itemBytes: 8, dtype: "float32", read: (view, at, little) => view.getFloat64(at, little) },
      float32: { itemBytes: 4, dtype: "float32", read: (view, at, little) => view.getFloat32(at, little) },
      float16: { itemBytes: 2, dtype: "float32", read: (view, at, little) => halfToNumber(view.getUint16(at, little)) },
      bfloat16: { itemBytes: 2, dtype: "float32", read: (view, at, little) => bfloatToNumber(view.getUint16(at, little)) },
      int64: { itemBytes: 8, dtype: "int64", read: (view, at, little) => wholeNumber(view.getBigInt64(at, little)) },
      int32: { itemBytes: 4, dtype: "int32", read: (view, at, little) => view.getInt32(at, little) },
      int16: { itemBytes: 2, dtype: "int16", read: (view, at, little) => view.getInt16(at, little) },
      int8: { itemBytes: 1, dtype: "int8", read: (view, at) => view.getInt8(at) },
      uint64: { itemBytes: 8, dtype: "uint64", read: (view, at, little) => wholeNumber(view.getBigUint64(at, little)) },
      uint32: { itemBytes: 4, dtype: "uint32", read: (view, at, little) => view.getUint32(at, little) },
      uint16: { itemBytes: 2, dtype: "uint16", read: (view, at, little) => view.getUint16(at, little) },
      uint8: { itemBytes: 1, dtype: "uint8", read: (view, at) => view.getUint8(at) },
      bool: { itemBytes: 1, dtype: "bool", read: (view, at) => view.getUint8(at) === 0 ? 0 : 1 }
    };
    BITS = new Uint32Array(1);
    FLOAT = new Float32Array(BITS.buffer);
    LITTLE = { littleEndian: true };
    HOST_IS_LITTLE = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
    PORTION = 2 ** 20;
  }
});

// src/models/npy.ts
function refuse(what, fix = "write it with numpy.save") {
  throw new CnnvizError("format", what, { fix });
}
function readNpy(bytes) {
  const { dtype, shape: shape2, start, littleEndian, fortran } = readNpyHeader(memorySource(bytes));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = shape2.reduce((product, side4) => product * side4, 1);
  const data = readData(view, start, dtype, littleEndian, size);
  return { dtype, shape: shape2, data: fortran ? fromColumnMajor(data, shape2, DTYPES[dtype].make) : data };
}
function isNpy(source) {
  return source.size >= 10 && source.read(0, 6).every((byte, i) => byte === MAGIC[i]);
}
function readNpyHeader(source) {
  if (!isNpy(source)) {
    const foreign = foreignFile(source.read(0, Math.min(FOREIGN_BYTES, source.size)), "FILE");
    refuse(`not a .npy file: ${foreign ? `it is ${foreign.what}` : "its magic is missing"}`, foreign?.fix);
  }
  const head = source.read(0, Math.min(12, source.size));
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const major = head[6];
  if (major < 1 || major > 3) refuse(`.npy version ${major}.${head[7]}: expected 1, 2 or 3`);
  const from = major === 1 ? 10 : 12;
  if (source.size < from) refuse("the header is cut off");
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > MAX_HEADER) refuse(`a header of ${length} bytes: expected at most ${MAX_HEADER}`);
  const start = from + length;
  if (start > source.size) refuse(`a header of ${length} bytes in a file of ${source.size}`);
  const { dtype, order, fortran, shape: shape2 } = parseHeader(new TextDecoder().decode(source.read(from, length)));
  const expected = shape2.reduce((product, side4) => product * side4, 1) * Number(dtype[1]);
  const found = source.size - start;
  if (!Number.isSafeInteger(expected) || expected !== found) {
    refuse(`shape [${shape2.join(", ")}] of ${dtype} needs ${expected} bytes of data, found ${found}`);
  }
  return { dtype, shape: shape2, start, littleEndian: order !== ">", fortran };
}
function parseHeader(text) {
  if (/'descr':\s*'[<>|=]?O/.test(text)) {
    refuse("an array of Python objects is never read", "save numbers, not objects");
  }
  const match = HEADER.exec(text);
  if (!match) {
    refuse(`a header of unknown form: ${JSON.stringify(text.slice(0, 80).trim())}`);
  }
  const [, descr, fortran, sides] = match;
  const dtype = descr.slice(1);
  if (!(dtype in DTYPES))
    refuse(`dtype ${descr}: expected one of ${Object.keys(DTYPES).join(", ")}`, 'convert it: x.astype("float32")');
  const shape2 = sides.split(",").map((side4) => side4.trim()).filter(Boolean).map(Number);
  if (shape2.length > MAX_AXES) refuse(`an array of ${shape2.length} axes: expected at most ${MAX_AXES}`);
  if (shape2.some((side4) => !Number.isSafeInteger(side4))) refuse(`shape (${sides}) is too large`);
  return { dtype, order: descr[0], fortran: fortran === "True", shape: shape2 };
}
function readData(view, start, dtype, little, size) {
  const { make, read: read4 } = DTYPES[dtype];
  const data = make(size);
  const itemBytes = Number(dtype[1]);
  if (dtype !== "f2" && dtype !== "b1" && (little || itemBytes === 1) && isLittleEndianHost()) {
    new Uint8Array(data.buffer).set(new Uint8Array(view.buffer, view.byteOffset + start, size * itemBytes));
    return data;
  }
  for (let i = 0; i < size; i++) data[i] = read4(view, start + i * itemBytes, little);
  return data;
}
function isLittleEndianHost() {
  return new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
}
function fromColumnMajor(data, shape2, make) {
  const out = make(data.length);
  const steps = shape2.map((_, axis) => shape2.slice(0, axis).reduce((product, side4) => product * side4, 1));
  const at = new Array(shape2.length).fill(0);
  for (let i = 0, from = 0; i < data.length; i++) {
    out[i] = data[from];
    for (let axis = shape2.length - 1; axis >= 0; axis--) {
      from += steps[axis];
      if (++at[axis] < shape2[axis]) break;
      from -= at[axis] * steps[axis];
      at[axis] = 0;
    }
  }
  return out;
}
function npyToValue({ dtype, shape: shape2, data }) {
  const type = VALUE_TYPES[dtype];
  if (!(data instanceof BigInt64Array || data instanceof BigUint64Array)) return { dtype: type, shape: shape2, data };
  const numbers3 = newNumbers(type, data.length);
  for (let i = 0; i < data.length; i++) {
    numbers3[i] = Number(data[i]);
    if (!Number.isSafeInteger(numbers3[i])) {
      throw new CnnvizError("unsupported", `the 64-bit integer ${data[i]} is beyond 2^53`, {
        fix: "save it as int32 or float64"
      });
    }
  }
  return { dtype: type, shape: shape2, data: numbers3 };
}
var DTYPES, MAX_HEADER, MAX_AXES, MAGIC, HEADER, VALUE_TYPES;
var init_npy = __esm({
  "src/models/npy.ts"() {
    "use strict";
    init_bytes();
    init_errors();
    init_values();
    init_foreign_file();
    init_float_types();
    DTYPES = {
      f2: { make: (n) => new Float32Array(n), read: (view, at, little) => halfToNumber(view.getUint16(at, little)) },
      f4: { make: (n) => new Float32Array(n), read: (view, at, little) => view.getFloat32(at, little) },
      f8: { make: (n) => new Float64Array(n), read: (view, at, little) => view.getFloat64(at, little) },
      i1: { make: (n) => new Int8Array(n), read: (view, at) => view.getInt8(at) },
      i2: { make: (n) => new Int16Array(n), read: (view, at, little) => view.getInt16(at, little) },
      i4: { make: (n) => new Int32Array(n), read: (view, at, little) => view.getInt32(at, little) },
      i8: { make: (n) => new BigInt64Array(n), read: (view, at, little) => view.getBigInt64(at, little) },
      u1: { make: (n) => new Uint8Array(n), read: (view, at) => view.getUint8(at) },
      u2: { make: (n) => new Uint16Array(n), read: (view, at, little) => view.getUint16(at, little) },
      u4: { make: (n) => new Uint32Array(n), read: (view, at, little) => view.getUint32(at, little) },
      u8: { make: (n) => new BigUint64Array(n), read: (view, at, little) => view.getBigUint64(at, little) },
      b1: { make: (n) => new Uint8Array(n), read: (view, at) => view.getUint8(at) === 0 ? 0 : 1 }
    };
    MAX_HEADER = 1e4;
    MAX_AXES = 64;
    MAGIC = [147, 78, 85, 77, 80, 89];
    HEADER = /^\{\s*'descr':\s*'([<>|=][a-zA-Z]\d*)',\s*'fortran_order':\s*(True|False),\s*'shape':\s*\(((?:\s*\d{1,16}\s*,)*\s*(?:\d{1,16}\s*)?)\)(?:\s*,)?\s*\}\s*$/;
    VALUE_TYPES = {
      f2: "float32",
      f4: "float32",
      f8: "float64",
      i1: "int8",
      i2: "int16",
      i4: "int32",
      i8: "int64",
      u1: "uint8",
      u2: "uint16",
      u4: "uint32",
      u8: "uint64",
      b1: "bool"
    };
  }
});

// src/core/names.ts
function bare(name) {
  return name.toLowerCase().replace(/[-_]/g, "");
}
function sameName(word, names) {
  const exact = names.find((name) => name === word);
  if (exact !== void 0) return exact;
  const alike = names.filter((name) => bare(name) === bare(word));
  return bare(word) !== "" && alike.length === 1 ? alike[0] : null;
}
function editDistance(a, b) {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  let before = row;
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (isSwapped) next[j] = Math.min(next[j], before[j - 2] + 1);
    }
    before = row;
    row = next;
  }
  return row[b.length];
}
function slipsBetween(typed, name) {
  const once = (word) => word.replace(/(.)\1+/g, "$1");
  return Math.min(editDistance(typed, name), editDistance(once(typed), once(name)) + 1);
}
function nearestName(word, names) {
  const typed = word.replace(/^-+/, "").toLowerCase();
  const allowed = Math.max(1, Math.floor(typed.length / 4));
  let nearest = null;
  let least = Number.POSITIVE_INFINITY;
  if (word.length > LONGEST_WORD) return null;
  for (const name of names) {
    const known4 = name.replace(/^-+/, "").toLowerCase();
    if (known4.length > LONGEST_WORD) continue;
    const distance = slipsBetween(typed, known4);
    if (distance < least && distance <= allowed && distance < typed.length) {
      least = distance;
      nearest = name;
    }
  }
  if (nearest !== null || typed.length < SHORTEST_BEGINNING) return nearest;
  const begun = names.filter((name) => name.replace(/^-+/, "").toLowerCase().startsWith(typed));
  const shortest = begun.find((name) => begun.every((one) => one.startsWith(name)));
  return shortest ?? null;
}
function nearestNames(word, names, most) {
  if (word.length > LONGEST_WORD) return [];
  const near = nearestName(word, names);
  if (near !== null) {
    const slips = (name) => name.length > LONGEST_WORD ? Number.POSITIVE_INFINITY : slipsBetween(word.toLowerCase(), name.toLowerCase());
    const least = slips(near);
    return [near, ...names.filter((name) => name !== near && slips(name) === least)].slice(0, most);
  }
  const typed = word.toLowerCase().replace(/[*?[\]]+$/, "").replace(/^[*?]+/, "");
  if (typed.length < SHORTEST_BEGINNING) return [];
  const holding = names.filter((name) => name.toLowerCase().includes(typed));
  if (holding.length > 0) return holding.slice(0, most);
  const shared = (name) => {
    let same = 0;
    while (same < typed.length && name[same]?.toLowerCase() === typed[same]) same++;
    return same;
  };
  const longest = Math.max(0, ...names.map(shared));
  return longest >= typed.length / 2 ? names.filter((name) => shared(name) === longest).slice(0, most) : [];
}
function matchesStars(name, wanted) {
  let [n, w, star, from] = [0, 0, -1, 0];
  while (n < name.length) {
    if (wanted[w] === "*") {
      star = w++;
      from = n;
    } else if (wanted[w] === "?" || wanted[w] === name[n]) {
      n++;
      w++;
    } else if (star >= 0) {
      w = star + 1;
      n = ++from;
    } else return false;
  }
  while (wanted[w] === "*") w++;
  return w === wanted.length;
}
var LONGEST_WORD, SHORTEST_BEGINNING;
var init_names = __esm({
  "src/core/names.ts"() {
    "use strict";
    LONGEST_WORD = 200;
    SHORTEST_BEGINNING = 3;
  }
});

// src/io/descriptors.ts
import { fstatSync, statSync } from "node:fs";
import { Socket } from "node:net";
function isOwnFile(path) {
  return OWN_FILES.test(path);
}
function isPipe(path) {
  if (path === "-") return true;
  if (!isOwnFile(path)) return false;
  const facts = factsOf(descriptorOf(path));
  return facts !== null && !facts.isFile() && !facts.isDirectory();
}
function readPipe(path) {
  const descriptor = descriptorOf(path);
  const known4 = read.get(descriptor) ?? readAll(path, descriptor);
  read.set(descriptor, known4);
  return known4;
}
async function readAll(path, descriptor) {
  const name = inputName(path);
  const facts = factsOf(descriptor);
  if (facts === null) throw new CnnvizError("input", `${name}: is not open`, { fix: "name a file" });
  const isStream = facts.isFIFO() || facts.isSocket() || isNull(facts);
  if (!isStream && !isTerminal(descriptor)) refuseOtherThanFile(name, facts);
  const stream = descriptor === 0 ? process.stdin : openStream(name, descriptor);
  const chunks = [];
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += chunk.length;
    if (bytes > mostBytes) {
      throw new CnnvizError("input", `${name}: more than ${formatBytes(mostBytes)}, the most that is read of a pipe`, {
        fix: "save it to a file and name that; or --max-bytes allows more"
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
function openStream(name, fd) {
  try {
    return new Socket({ fd, readable: true, writable: false });
  } catch (cause) {
    throw new CnnvizError("input", `${name}: cannot be read`, { fix: "name a file", cause });
  }
}
function descriptorOf(path) {
  const std = ["in", "out", "err"].findIndex((name) => path === `/dev/std${name}`);
  return path === "-" ? 0 : std >= 0 ? std : Number(/\d+$/.exec(path));
}
function factsOf(descriptor) {
  try {
    return fstatSync(descriptor);
  } catch {
    return null;
  }
}
function isNull({ rdev }) {
  return statSync("/dev/null", { throwIfNoEntry: false })?.rdev === rdev;
}
function otherThanFile(facts) {
  if (facts.isFile()) return null;
  if (facts.isDirectory()) return "a folder";
  if (facts.isFIFO()) return "a FIFO (a named pipe)";
  if (facts.isSocket()) return "a socket";
  return facts.isCharacterDevice() || facts.isBlockDevice() ? "a device" : "something else";
}
function refuseOtherThanFile(path, facts) {
  const kind = otherThanFile(facts);
  if (kind === null) return;
  if (kind === "a folder") throw new CnnvizError("input", `${path}: is a folder`, { fix: "name the file" });
  throw new CnnvizError("input", `${path}: ${kind}, not a file`, { fix: "name a file; save it to one first" });
}
var OWN_FILES, read, mostBytes, isTerminal;
var init_descriptors = __esm({
  "src/io/descriptors.ts"() {
    "use strict";
    init_errors();
    init_text();
    OWN_FILES = /^(?:-|\/dev\/(?:std(?:in|out|err)|fd\/\d+)|\/proc\/(?:thread-)?self\/fd\/\d+)$/;
    read = /* @__PURE__ */ new Map();
    mostBytes = 2e9;
    isTerminal = () => false;
  }
});

// src/io/memory-files.ts
function bytesInMemory(path) {
  return files.get(path) ?? null;
}
function sourceInMemory(path) {
  const bytes = bytesInMemory(path);
  return bytes && { ...memorySource(bytes), path, close: () => void 0 };
}
var files;
var init_memory_files = __esm({
  "src/io/memory-files.ts"() {
    "use strict";
    init_bytes();
    files = /* @__PURE__ */ new Map();
  }
});

// src/io/paths.ts
import { basename, dirname, extname, isAbsolute, join, relative, resolve, sep } from "node:path";
function stem(path) {
  return basename(path, extname(path));
}
function baseName(path) {
  return basename(path);
}
function joinPath(...parts2) {
  return join(...parts2.filter((part) => part !== ""));
}
function leavesFolder(name) {
  return isAbsolute(name) || /^[a-zA-Z]:|^[\\/]/.test(name) || name.split(/[\\/]/).includes("..");
}
function folderOf(path) {
  return dirname(path);
}
function extensionOf(path) {
  return extname(path).toLowerCase();
}
function isAddress(path) {
  return /^((https?|ftps?|s3|gs|file):\/\/|data:\w+\/)/i.test(path);
}
function addressFault(path, code = "input") {
  const what = `${path}: an address, and nothing is fetched unasked`;
  const local = /^file:\/\/(?:localhost)?(\/.+)$/i.exec(path)?.[1];
  if (local !== void 0) return new CnnvizError(code, what, { fix: `name the file: ${decoded(local)}` });
  if (!/^(https?|ftps?):/i.test(path)) return new CnnvizError(code, what, { fix: "save it as a file, then name that" });
  return new CnnvizError(code, what, { fix: `download it first: curl -LO '${path.replaceAll("'", "%27")}'` });
}
function decoded(path) {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
var init_paths = __esm({
  "src/io/paths.ts"() {
    "use strict";
    init_errors();
  }
});

// src/io/read-files.ts
import { existsSync, statSync as statSync2 } from "node:fs";
import { resolve as resolve2 } from "node:path";
function noteRead(path) {
  if (record === null || !isGrowing || isOwnFile(path) || record.names.has(path)) return;
  record.names.add(path);
  record.unseen.push(path);
}
function standing(path) {
  return /(?:^|[\\/])\.\.(?:[\\/]|$)/.test(path) && !existsSync(path) ? resolve2(path) : path;
}
function kindOf(path) {
  try {
    const facts = statSync2(standing(path), { throwIfNoEntry: false });
    return facts ? otherThanFile(facts) ?? "a file" : null;
  } catch {
    return null;
  }
}
var record, isGrowing;
var init_read_files = __esm({
  "src/io/read-files.ts"() {
    "use strict";
    init_descriptors();
    record = null;
    isGrowing = false;
  }
});

// src/io/files.ts
import {
  closeSync,
  constants,
  existsSync as existsSync2,
  linkSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  statfsSync,
  writeSync
} from "node:fs";
import { access, open, readdir, stat } from "node:fs/promises";
import { basename as basename2, dirname as dirname2, isAbsolute as isAbsolute2, join as join2, relative as relative2, resolve as resolve3, sep as sep2 } from "node:path";
import { setTimeout } from "node:timers/promises";
async function readBytes(path) {
  noteRead(path);
  return readOwnBytes(path);
}
async function readOwnBytes(path) {
  const inMemory2 = bytesInMemory(path);
  if (inMemory2) return inMemory2;
  try {
    if (isPipe(path)) return await readPipe(path);
    return await withRegular(path, (file) => file.readFile());
  } catch (error) {
    throw await readFault(path, error);
  }
}
async function openRegular(path) {
  refuseOtherThanFile(path, await stat(path));
  const file = await withDescriptor(() => open(path, constants.O_RDONLY | constants.O_NONBLOCK));
  try {
    refuseOtherThanFile(path, await file.stat());
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}
async function withRegular(path, use) {
  const file = await openRegular(path);
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}
async function withDescriptor(open3) {
  for (let waitMs = 1; ; waitMs *= 2) {
    try {
      return await open3();
    } catch (error) {
      const { code = "" } = error;
      if (waitMs > 512 || !["EMFILE", "ENFILE"].includes(code)) throw error;
      await setTimeout(waitMs);
    }
  }
}
async function readFault(path, error) {
  const code = error.code ?? "";
  const words = {
    ENOENT: "no such file",
    ENOTDIR: "no such file: a part of the path is not a folder",
    EISDIR: "is a folder",
    EACCES: "permission denied",
    EPERM: "permission denied",
    ELOOP: "too many links",
    ENAMETOOLONG: "the name is too long",
    EMFILE: "too many open files",
    ERR_FS_FILE_TOO_LARGE: "larger than 2 GiB",
    ERR_INVALID_ARG_VALUE: "not a file name"
  };
  if (code === "ENOENT" && isAddress(path)) return addressFault(path);
  if (code === "ENOENT" && path.includes("\uFFFD")) {
    return new CnnvizError("input", `${path}: the name is not UTF-8`, { fix: "rename the file", cause: error });
  }
  const what = words[code] ?? (/^E[A-Z]+$/.test(code) ? `cannot be read (${code})` : void 0);
  if (what === void 0) return error;
  const near = code === "ENOENT" && searches++ < MOST_SEARCHES ? await nearestPath(path) : null;
  const fix = near ? `did you mean ${near}?` : code === "EISDIR" ? "name the file" : "check the name and its permissions";
  return new CnnvizError("input", `${path}: ${what}`, { fix, cause: error });
}
function kindOfName(name) {
  return KINDS.findIndex((pattern) => pattern.test(name));
}
async function nearestPath(path) {
  const names = await readdir(dirname2(path)).catch(() => []);
  const kind = kindOfName(path);
  const near = nearestName(
    basename2(path),
    names.filter((name) => kind === UNKNOWN_KIND || kindOfName(name) === kind)
  );
  return near && join2(dirname2(path), near);
}
function writeFault(path, error) {
  const code = error.code ?? "";
  const faults = {
    EEXIST: ["usage", "exists already, and --no-clobber was given", "choose another place with -o"],
    EISDIR: ["output", "is a folder", "name a file in it"],
    ENOTDIR: [
      "output",
      "cannot be written: a part of the path is a file, not a folder",
      "choose another place with -o"
    ],
    EACCES: ["output", "cannot be written: permission denied", "choose another place with -o"],
    EPERM: ["output", "cannot be written: permission denied", "choose another place with -o"],
    EROFS: ["output", "cannot be written: the file system is read-only", "choose another place with -o"],
    ENOSPC: [
      "output",
      `cannot be written: no space left${path === STANDARD_OUTPUT ? "" : freeSpace(dirname2(path))}`,
      "free some space, or choose another place with -o"
    ],
    EDQUOT: ["output", "cannot be written: the quota is used up", "free some space, or choose another place with -o"],
    EFBIG: ["output", "cannot be written: too large for this file system", "choose another place with -o"],
    EIO: ["output", "cannot be written: the device failed", "choose another place with -o"],
    ENAMETOOLONG: ["output", "cannot be written: the name is too long", "give a shorter name with -o"],
    EMFILE: ["output", "cannot be written: too many open files", "lower --jobs"],
    ELOOP: ["output", "cannot be written: too many links", "choose another place with -o"],
    ENOENT: ["output", "cannot be written: the folder is gone", "choose another place with -o"]
  };
  const other = ["output", `cannot be written (${code})`, "choose another place with -o"];
  const fault = faults[code] ?? (/^E[A-Z]+$/.test(code) ? other : void 0);
  return fault ? new CnnvizError(fault[0], `${path}: ${fault[1]}`, { fix: fault[2], cause: error }) : error;
}
function freeSpace(folder) {
  try {
    const { bavail, blocks, bsize } = statfsSync(folder);
    return ` (${formatBytes(bavail * bsize)} free of ${formatBytes(blocks * bsize)})`;
  } catch {
    return "";
  }
}
function leadsOutOf(root, folder) {
  const [realRoot, real] = [realPathOf(root), realPathOf(folder)];
  const within = relative2(realRoot, real);
  return within === ".." || within.startsWith(`..${sep2}`) || isAbsolute2(within) ? real : null;
}
function refuseLeaving(root, path) {
  const real = leadsOutOf(root, path);
  if (real === null) return;
  throw new CnnvizError("usage", `${path}: a link leads out of ${root}, to ${real}`, {
    fix: "remove the link, or choose another place to write to",
    scope: "command"
  });
}
function realPathOf(path) {
  const missing = [];
  for (let at = resolve3(path); ; at = dirname2(at)) {
    try {
      return join2(realpathSync(at), ...missing);
    } catch (error) {
      const { code } = error;
      if (code !== "ENOENT" && code !== "ENOTDIR" || at === dirname2(at)) throw writeFault(path, error);
      missing.unshift(basename2(at));
    }
  }
}
async function existingFile(path) {
  if (bytesInMemory(path)) return true;
  return access(path).then(
    () => true,
    () => false
  );
}
var MOST_SEARCHES, searches, KINDS, UNKNOWN_KIND, PORTION_BYTES, STANDARD_OUTPUT;
var init_files = __esm({
  "src/io/files.ts"() {
    "use strict";
    init_errors();
    init_names();
    init_text();
    init_descriptors();
    init_memory_files();
    init_paths();
    init_read_files();
    MOST_SEARCHES = 100;
    searches = 0;
    KINDS = [
      /\.(jpe?g|png|webp|gif|tiff?|avif|bmp|svg)$/i,
      /\.(pth?|safetensors|npz|ckpt|bin|onnx)$/i,
      /\.(ya?ml|json|txt|csv)$/i,
      /\.npy$/i
    ];
    UNKNOWN_KIND = -1;
    PORTION_BYTES = 16 * 2 ** 20;
    STANDARD_OUTPUT = "standard output";
  }
});

// src/io/random-access.ts
import { closeSync as closeSync2, constants as constants2, fstatSync as fstatSync2, lstatSync, openSync as openSync2, readSync, realpathSync as realpathSync2, statSync as statSync3 } from "node:fs";
import { dirname as dirname3, isAbsolute as isAbsolute3, resolve as resolve4, sep as sep3 } from "node:path";
async function openFile(path) {
  const inMemory2 = sourceInMemory(path);
  if (inMemory2) return inMemory2;
  if (isPipe(path)) return { path, ...memorySource(await readBytes(path)), close: () => void 0 };
  noteRead(path);
  try {
    refuseOtherThanFile(path, statSync3(path));
    return sourceOf(path, openSync2(path, READ_ONLY));
  } catch (error) {
    throw await readFault(path, error);
  }
}
function peekFile(path) {
  const inMemory2 = sourceInMemory(path);
  if (inMemory2) return inMemory2;
  try {
    return statSync3(path).isFile() ? sourceOf(path, openSync2(path, READ_ONLY)) : null;
  } catch {
    return null;
  }
}
function sourceOf(path, file) {
  const facts = fstatSync2(file);
  if (!facts.isFile()) closeSync2(file);
  refuseOtherThanFile(path, facts);
  const { size } = facts;
  const readInto = (from, target) => {
    checkRange(size, from, target.length);
    for (let at = 0; at < target.length; ) {
      const read4 = readSync(file, target, at, Math.min(MOST_AT_ONCE, target.length - at), from + at);
      if (read4 === 0) {
        throw new CnnvizError("input", `${path}: became shorter while it was read`, { fix: "try again" });
      }
      at += read4;
    }
  };
  return {
    path,
    size,
    readInto,
    read(from, length) {
      checkRange(size, from, length);
      const bytes = new Uint8Array(length);
      readInto(from, bytes);
      return bytes;
    },
    close: () => closeSync2(file)
  };
}
function fileBeside(model) {
  return (name) => {
    const refuse10 = (why) => new CnnvizError("format", `external data "${name}": ${why}`, {
      fix: "external data must be a plain file in the folder of the model: export it again"
    });
    if (name === "" || name.includes("\0")) throw refuse10("not a file name");
    if (isAbsolute3(name) || /^[a-zA-Z]:|^[\\/]/.test(name)) throw refuse10("an absolute path");
    if (leavesFolder(name)) throw refuse10("leads out of the folder with ..");
    const folder = realpathSync2(dirname3(realpathSync2(model)));
    const path = resolve4(folder, name);
    let real;
    try {
      real = realpathSync2(path);
    } catch {
      throw refuse10(`no such file beside ${model}`);
    }
    if (!real.startsWith(folder.endsWith(sep3) ? folder : folder + sep3)) throw refuse10("a link leads out of the folder");
    const facts = lstatSync(real);
    if (!facts.isFile()) throw refuse10("not a regular file");
    if (facts.nlink > 1) throw refuse10("a hard link: it has other names elsewhere");
    noteRead(real);
    return reopening(name, () => {
      const file = openSync2(real, READ_ONLY | constants2.O_NOFOLLOW);
      const { dev, ino } = fstatSync2(file);
      if (dev === facts.dev && ino === facts.ino) return sourceOf(name, file);
      closeSync2(file);
      throw refuse10("was replaced while it was read");
    });
  };
}
function reopening(path, open3) {
  const within = (use) => {
    const source = open3();
    try {
      return use(source);
    } finally {
      source.close();
    }
  };
  return {
    path,
    size: within(({ size }) => size),
    read: (from, length) => within((source) => source.read(from, length)),
    readInto: (from, target) => within((source) => source.readInto(from, target)),
    close: () => {
    }
  };
}
var MOST_AT_ONCE, READ_ONLY;
var init_random_access = __esm({
  "src/io/random-access.ts"() {
    "use strict";
    init_bytes();
    init_errors();
    init_descriptors();
    init_files();
    init_memory_files();
    init_paths();
    init_read_files();
    MOST_AT_ONCE = 2 ** 30;
    READ_ONLY = constants2.O_RDONLY | constants2.O_NONBLOCK;
  }
});

// src/io/sniff.ts
function asText2(bytes) {
  return String.fromCharCode(...bytes);
}
function sniffFormat(bytes) {
  const start = asText2(bytes.subarray(0, 512));
  if (start.startsWith("\xFF\xD8\xFF")) return "jpeg";
  if (start.startsWith("\x89PNG\r\n\n")) return "png";
  if (start.startsWith("RIFF") && start.slice(8, 12) === "WEBP") return "webp";
  if (start.startsWith("GIF87a") || start.startsWith("GIF89a")) return "gif";
  if (/^(II[*+]\0|MM\0[*+])/.test(start)) return "tiff";
  if (start.slice(4, 8) === "ftyp" && /avi[fs]/.test(start.slice(8, 64))) return "avif";
  if (start.startsWith("\x93NUMPY")) return "npy";
  if (/^(\u00ef\u00bb\u00bf)?\s*(<\?xml[^>]*>\s*)?(<!--[\s\S]*?-->\s*)*(<!DOCTYPE svg[^>]*>\s*)?<svg[\s>]/.test(start))
    return "svg";
  return null;
}
var MAGICK, FRAME, HEIC, FILM, begins, brand, riff, KNOWN;
var init_sniff = __esm({
  "src/io/sniff.ts"() {
    "use strict";
    MAGICK = "convert it: magick FILE out.png (ImageMagick), or save it as PNG in a picture program";
    FRAME = "take a picture out of it: ffmpeg -i FILE -frames:v 1 out.png";
    HEIC = /^(heic|heix|heim|heis|hevc|hevx|mif1|msf1)/;
    FILM = /^(isom|iso\d|mp4\d|avc1|M4V |qt {2}|3gp|dash|f4v )/;
    begins = (...marks) => (start) => marks.some((mark) => start.startsWith(mark));
    brand = (brands) => (start) => start.slice(4, 8) === "ftyp" && brands.test(start.slice(8, 12));
    riff = (form) => (start) => start.startsWith("RIFF") && start.slice(8, 12) === form;
    KNOWN = [
      // behind BM: the file's size, two reserved words that are zero, the place of the pixels
      {
        what: "a BMP picture",
        convert: MAGICK,
        test: (start) => start.startsWith("BM") && start.slice(6, 10) === "\0\0\0\0"
      },
      {
        what: "a HEIC photograph",
        convert: "convert it: heif-convert FILE out.png, or export it as JPEG",
        test: brand(HEIC)
      },
      { what: "a Photoshop document", convert: "export it as PNG", test: begins("8BPS") },
      { what: "a GIMP picture", convert: "export it as PNG", test: begins("gimp xcf") },
      {
        what: "a PDF document",
        isPicture: false,
        convert: "draw a page of it: pdftoppm -png -r 150 FILE page",
        test: begins("%PDF")
      },
      { what: "a PostScript document", isPicture: false, convert: MAGICK, test: begins("%!PS") },
      { what: "a film", convert: FRAME, test: brand(FILM) },
      { what: "a film", convert: FRAME, test: begins("E\xDF\xA3", "\0\0\xBA", "FLV") },
      { what: "a film", convert: FRAME, test: riff("AVI ") },
      { what: "a JPEG XL picture", convert: "convert it: djxl FILE out.png", test: begins("\xFF\n", "\0\0\0\fJXL ") },
      { what: "a JPEG 2000 picture", convert: MAGICK, test: begins("\0\0\0\fjP  ", "\xFFO\xFFQ") },
      { what: "an icon", convert: MAGICK, test: begins("\0\0\0", "\0\0\0") },
      { what: "a PNM picture", convert: MAGICK, test: (start) => /^P[1-7]\s/.test(start) },
      { what: "an OpenEXR picture", convert: MAGICK, test: begins("v/1") },
      { what: "a Radiance HDR picture", convert: MAGICK, test: begins("#?RADIANCE", "#?RGBE") },
      {
        what: "a FITS picture",
        convert: "hand the numbers in as .npy (astropy and numpy.save)",
        test: begins("SIMPLE  =")
      },
      {
        what: "a DICOM picture",
        convert: "convert it: dcm2img FILE out.png (DCMTK)",
        test: (start) => start.slice(128, 132) === "DICM"
      },
      {
        what: "an HDF5 file",
        isPicture: false,
        convert: "hand the numbers in as .npy (h5py and numpy.save)",
        test: begins("\x89HDF")
      },
      {
        what: "a web page",
        isPicture: false,
        convert: "the download gave a page, not the picture: save the picture itself",
        test: (start) => /^\s*<(!doctype html|html)/i.test(start)
      },
      { what: "a ZIP archive", isPicture: false, convert: "unpack it: unzip FILE", test: begins("PK") },
      { what: "a gzip archive", isPicture: false, convert: "unpack it: gunzip FILE", test: begins("\x8B") }
    ];
  }
});

// src/core/math.ts
function scale(x, k) {
  if (k > 1023) return x * 2 * POWERS[k + 1073];
  if (k < -1074) return x / 2 * POWERS[k + 1075];
  return x * POWERS[k + 1074];
}
function reduce(x) {
  const k = Math.round(x / Math.LN2);
  const high = x - k * LN2_HI;
  const low = k * LN2_LO;
  const r = high - low;
  let sum2 = 0;
  for (let n = INVERSE_FACTORIALS.length - 1; n >= 0; n--) sum2 = sum2 * r + INVERSE_FACTORIALS[n];
  const lost = high - r - low;
  return { k, r, tail: r * r * sum2 + (lost + lost * r) };
}
function exp(x) {
  if (Number.isNaN(x)) return x;
  if (x > 709.79) return Number.POSITIVE_INFINITY;
  if (x < -745.2) return 0;
  const { k, r, tail: tail2 } = reduce(x);
  return scale(1 + (r + tail2), k);
}
function expm1(x) {
  if (Number.isNaN(x) || x === 0) return x;
  if (x > 709.79) return Number.POSITIVE_INFINITY;
  if (x < -38) return -1;
  const { k, high } = expm1Parts(x);
  return scale(high, k);
}
function expm1Parts(x) {
  const { k, r, tail: tail2 } = reduce(x);
  const whole = 1 - scale(1, -k);
  const sum2 = whole + r;
  const high = sum2 + tail2;
  return { k, high, low: tail2 - (high - sum2) + (r - (sum2 - whole)) };
}
function log1p(x) {
  if (Number.isNaN(x) || x === Number.POSITIVE_INFINITY || Math.abs(x) < 1e-17) return x;
  if (x < -1) return Number.NaN;
  if (x === -1) return Number.NEGATIVE_INFINITY;
  if (x > -0.29 && x < 0.41) return logNear1(x, 0, 0);
  const whole = 1 + x;
  const lost = (x > 1 ? 1 - (whole - x) : x - (whole - 1)) / whole;
  let [k, m] = [0, whole];
  for (let step2 = 512; step2 >= 1; step2 /= 2) {
    if (m < POWERS[step2 + 1074]) continue;
    m *= POWERS[1074 - step2];
    k += step2;
  }
  for (; m < Math.SQRT1_2; m *= 2) k--;
  if (m > Math.SQRT2) {
    m /= 2;
    k++;
  }
  return logNear1(m - 1, k, lost);
}
function log(x) {
  if (Number.isNaN(x) || x === Number.POSITIVE_INFINITY) return x;
  if (x <= 0) return x === 0 ? Number.NEGATIVE_INFINITY : Number.NaN;
  let [k, m] = [0, x];
  for (let step2 = 512; step2 >= 1; step2 /= 2) {
    if (m >= POWERS[step2 + 1074]) {
      m *= POWERS[1074 - step2];
      k += step2;
    } else if (m < POWERS[1075 - step2]) {
      m *= POWERS[step2 + 1074];
      k -= step2;
    }
  }
  for (; m < Math.SQRT1_2; m *= 2) k--;
  if (m > Math.SQRT2) {
    m /= 2;
    k++;
  }
  return logNear1(m - 1, k, 0);
}
function roundHalfToEven(x) {
  const below = Math.floor(x);
  const rest = x - below;
  if (rest !== 0.5) return rest < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
}
function power(x, y) {
  if (y === 0 || x === 1) return 1;
  if (Number.isInteger(y) && Math.abs(y) <= 64) return y < 0 ? 1 / wholePower(x, -y) : wholePower(x, y);
  if (Math.abs(y) === 0.5) {
    const root = x === Number.NEGATIVE_INFINITY ? -x : Math.sqrt(x) + 0;
    return y < 0 ? 1 / root : root;
  }
  if (x === -1 && Math.abs(y) === Number.POSITIVE_INFINITY) return 1;
  if (x < 0 && Number.isFinite(x) && Number.isFinite(y) && !Number.isInteger(y)) return Number.NaN;
  const size = exp(y * log(Math.abs(x)));
  return x < 0 && Math.abs(y % 2) === 1 ? -size : size;
}
function wholePower(x, n) {
  let [value, square] = [1, x];
  for (let rest = n; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) value *= square;
    square *= square;
  }
  return value;
}
function logNear1(f, k, small) {
  const s = f / (2 + f);
  const square = s * s;
  let sum2 = 0;
  for (let n = 23; n >= 3; n -= 2) sum2 = sum2 * square + 2 / n;
  const half = f * f / 2;
  return k * LN2_HI - (half - (s * (half + sum2 * square) + (k * LN2_LO + small)) - f);
}
function tanh(x) {
  if (Number.isNaN(x) || x === 0) return x;
  const size = Math.abs(x);
  const value = size < 1 ? tanhNear0(size) : 1 - 2 / (expm1(2 * size) + 2);
  return x < 0 ? -value : value;
}
function tanhNear0(x) {
  const { k, high, low } = expm1Parts(-2 * x);
  const p = scale(high, k);
  const below = p + 2;
  const value = -p / below;
  const lost = scale(low, k);
  return value - (value * (p - (below - 2) + lost) + lost) / below;
}
function erf(x) {
  if (Number.isNaN(x) || x === 0) return x;
  const size = Math.abs(x);
  const value = size < 0.375 ? erfNear0(size) : size < 6 ? erfAtQuarter(size) : 1;
  return x < 0 ? -value : value;
}
function erfNear0(x) {
  const square = x * x;
  let [term, sum2] = [1, 0];
  for (let n = 1; n <= 12; n++) {
    term *= -square / n;
    sum2 += term / (2 * n + 1);
  }
  return TWO_OVER_SQRT_PI * (x + x * sum2);
}
function erfAtQuarter(x) {
  const quarter = Math.round(4 * x);
  const h = x - quarter / 4;
  const terms2 = ERF_TAYLOR[quarter - 2];
  let sum2 = 0;
  for (let n = terms2.length - 1; n >= 0; n--) sum2 = (sum2 + terms2[n]) * h;
  return ERF_AT_QUARTERS[quarter - 2] + sum2;
}
var LN2_HI, LN2_LO, POWERS, INVERSE_FACTORIALS, TWO_OVER_SQRT_PI, ERF_AT_QUARTERS, ERF_TAYLOR;
var init_math = __esm({
  "src/core/math.ts"() {
    "use strict";
    LN2_HI = 0.6931471803691238;
    LN2_LO = 19082149292705877e-26;
    POWERS = new Float64Array(2098);
    for (let i = 0, power2 = Number.MIN_VALUE; i < POWERS.length; i++, power2 *= 2) POWERS[i] = power2;
    INVERSE_FACTORIALS = Float64Array.from({ length: 13 }, (_, i) => {
      let factorial = 1;
      for (let n = 2; n <= i + 2; n++) factorial *= n;
      return 1 / factorial;
    });
    TWO_OVER_SQRT_PI = 1.1283791670955126;
    ERF_AT_QUARTERS = [
      0.5204998778130465,
      0.7111556336535151,
      0.8427007929497149,
      0.9229001282564583,
      0.9661051464753108,
      0.9866716712191824,
      0.9953222650189527,
      0.9985372834133188,
      0.999593047982555,
      0.9998993780778803,
      0.9999779095030014,
      0.9999956972205363,
      0.9999992569016276,
      0.9999998862727434,
      0.9999999845827421,
      0.9999999981494259,
      0.9999999998033839,
      0.9999999999815149,
      0.9999999999984626,
      0.9999999999998869,
      0.9999999999999927,
      0.9999999999999996,
      1
    ];
    ERF_TAYLOR = ERF_AT_QUARTERS.map((_, i) => {
      const c = (i + 2) / 4;
      const terms2 = new Float64Array(16);
      let [before, term] = [0, TWO_OVER_SQRT_PI * exp(-c * c)];
      for (let n = 0; n < terms2.length; n++) {
        terms2[n] = term / (n + 1);
        [before, term] = [term, -2 * (c * term + before) / (n + 1)];
      }
      return terms2;
    });
  }
});

// src/core/random.ts
function hash(text, seed) {
  let h = (2166136261 ^ seed) >>> 0;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 16777619) >>> 0;
  return h;
}
function ln(x) {
  return log1p(x - 1);
}
function buildTables() {
  const density = (x) => exp(-x * x / 2);
  EDGES[LAYERS] = AREA / density(RIGHT);
  EDGES[LAYERS - 1] = RIGHT;
  for (let i = LAYERS - 2; i >= 1; i--) {
    EDGES[i] = Math.sqrt(-2 * ln(AREA / EDGES[i + 1] + density(EDGES[i + 1])));
  }
  for (let i = 0; i <= LAYERS; i++) HEIGHTS[i] = density(EDGES[i]);
  for (let i = 0; i < LAYERS; i++) LIMITS[i] = EDGES[i] / EDGES[i + 1];
}
function randomSource(seed, name) {
  let [a, b, c, d] = [1, 2, 3, 4].map((salt) => {
    let h = hash(name, Math.imul(seed >>> 0, 2654435761) ^ Math.imul(Math.floor(seed / 2 ** 32) + salt, 2246822507));
    h = Math.imul(h ^ h >>> 16, 2146121005);
    h = Math.imul(h ^ h >>> 15, 2221713035);
    return h ^ h >>> 16 | 1;
  });
  const next = () => {
    const r = Math.imul(b, 5);
    const result = Math.imul(r << 7 | r >>> 25, 9) >>> 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = d << 11 | d >>> 21;
    return result;
  };
  const unit = () => (next() + 0.5) / 2 ** 32;
  const tail2 = (negative) => {
    for (; ; ) {
      const x = -ln(unit()) / RIGHT;
      const y = -ln(unit());
      if (y + y > x * x) return negative ? -(RIGHT + x) : RIGHT + x;
    }
  };
  const normal = () => {
    for (; ; ) {
      const layer3 = next() & LAYERS - 1;
      const u = ((next() | 0) + 0.5) / SCALE;
      const size = u < 0 ? -u : u;
      const x = u * EDGES[layer3 + 1];
      if (size < LIMITS[layer3]) return x;
      if (layer3 === LAYERS - 1) return tail2(u < 0);
      const height = HEIGHTS[layer3 + 1] + (HEIGHTS[layer3] - HEIGHTS[layer3 + 1]) * unit();
      if (height < exp(-x * x / 2)) return x;
    }
  };
  for (let i = 0; i < 8; i++) next();
  return { next, normal };
}
var LAYERS, RIGHT, AREA, SCALE, EDGES, LIMITS, HEIGHTS;
var init_random = __esm({
  "src/core/random.ts"() {
    "use strict";
    init_math();
    LAYERS = 128;
    RIGHT = 3.442619855899;
    AREA = 0.00991256303526217;
    SCALE = 2 ** 31;
    EDGES = new Float64Array(LAYERS + 1);
    LIMITS = new Float64Array(LAYERS);
    HEIGHTS = new Float64Array(LAYERS + 1);
    buildTables();
  }
});

// src/core/math32.ts
function polynomial(coefficients, x) {
  const square = x * x;
  let [even, odd] = [0, 0];
  for (let i = coefficients.length - 1; i >= 0; i--) {
    if (i % 2 === 0) even = even * square + coefficients[i];
    else odd = odd * square + coefficients[i];
  }
  return even + x * odd;
}
function parts(x) {
  const within = Math.max(Math.min(x, MOST), LEAST);
  const k = within * Math.LOG2E + WHOLE - WHOLE;
  const r = within - k * Math.LN2;
  return { power: POWERS2[k + 1023], rest: r + r * r * polynomial(EXP, r) };
}
function exp32(x) {
  const { power: power2, rest } = parts(x);
  return power2 * (1 + rest);
}
function expm132(x) {
  const { power: power2, rest } = parts(x);
  return power2 * rest + (power2 - 1);
}
function log32(x) {
  if (!(x > 0 && x < Number.POSITIVE_INFINITY)) return x === 0 ? Number.NEGATIVE_INFINITY : x < 0 ? Number.NaN : x;
  SPLIT.setFloat64(0, x);
  const shifted = SPLIT.getInt32(0) + (ONE - SQRT_HALF);
  SPLIT.setInt32(0, (shifted & 1048575) + SQRT_HALF);
  const f = SPLIT.getFloat64(0) - 1;
  const k = (shifted >>> 20) - 1023;
  return k * Math.LN2 + twiceArtanh(f / (2 + f), LOG);
}
function twiceArtanh(s, coefficients) {
  const square = s * s;
  return 2 * s + s * square * polynomial(coefficients, square);
}
function tanh32(x) {
  const size = Math.abs(x);
  const above = expm132(2 * Math.min(size, 10));
  const value = above / (above + 2);
  return x < 0 || Object.is(x, -0) ? -value : value;
}
function tail(a, density) {
  const within = Math.min(a, 15);
  const share = 1 / (within + 5);
  return polynomial(TAIL, (within - 5) * share) * share * density;
}
function erf32(x) {
  if (Number.isNaN(x)) return x;
  const within = Math.max(Math.min(x, ERF_END), -ERF_END);
  const eighths = Math.abs(within) * 8;
  const i = eighths + WHOLE - WHOLE;
  return within * polynomial(ERF[i], eighths - i);
}
function sigmoid32(x) {
  return 1 / (1 + exp32(-x));
}
function swish32(x, alpha) {
  return x / (1 + exp32(-(alpha * x)));
}
function gelu32(x) {
  const size = Math.abs(x);
  const below = tail(size, exp32(-(size * size * 0.5)));
  return x * (x < 0 ? below : 1 - below);
}
function geluTanh32(x) {
  return x / (1 + exp32(-(2 * SQRT_2_OVER_PI * (x + 0.044715 * (x * x * x)))));
}
function softplus32(x, beta, threshold) {
  const v = beta * x;
  if (v > threshold) return x;
  const u = exp32(-Math.abs(v));
  return (Math.max(v, 0) + twiceArtanh(u / (2 + u), LOG1P)) / beta;
}
function elu32(x, alpha) {
  return x < 0 ? alpha * expm132(x) : x;
}
function mish32(x) {
  const n = exp32(Math.min(x, 40));
  const w = n * (n + 2);
  return x * (w / (w + 2));
}
var EXP, LOG, LOG1P, ERF, ERF_END, TAIL, WHOLE, LEAST, MOST, POWERS2, SQRT_2_OVER_PI, SPLIT, ONE, SQRT_HALF;
var init_math32 = __esm({
  "src/core/math32.ts"() {
    "use strict";
    EXP = [
      0.5,
      0.16666666718997508,
      0.041666666718980845,
      0.008333298483754484,
      0.0013888854049614436,
      19899273958984547e-20,
      24859578222951535e-21
    ];
    LOG = [0.6666666666737509, 0.3999999879733759, 0.2857175453591449, 0.22191400830308503, 0.19362653714202008];
    LOG1P = [
      0.6666666665002361,
      0.4000001076994966,
      0.2857030572188366,
      0.22264711209001325,
      0.17464702465440773,
      0.20787616855746752
    ];
    ERF = [
      [1.1283791670455274, 6614750968725901e-82, -0.005876971229538384, -10583601549961442e-81, 27509919962568252e-21, 33234487110159296e-81],
      [1.122529638364855, -0.011644368812839099, -0.00571321022459932, 10816080947159484e-20, 2599745880321912e-20, -5967821686334731e-22],
      [1.1053055606387103, -0.022645715646338712, -0.005239860482107179, 20453454484472807e-20, 2171109737867259e-20, -10949895906440945e-22],
      [1.077645091808407, -0.03243076075755527, -0.0045077577818573985, 2792726611104081e-19, 1534811699299017e-20, -14178482790229132e-22],
      [1.04099975562619, -0.04055429417017521, -0.0035924042597159163, 32597680928703e-17, 7900216727075621e-21, -15261525976795237e-22],
      [0.9971854115174276, -0.04673717514619058, -0.002582246365743913, 34247439701142027e-20, 44698488335376175e-23, -14239673182550186e-22],
      [0.948207511565184, -0.05087940705594695, -0.0015658987358924668, 33074519689602186e-20, -6051596239846712e-21, -11534616751651406e-22],
      [0.8960857841008188, -0.05304867696800984, -6207612420793217e-19, 296098575474214e-18, -10914254903077962e-21, -7813272107113316e-22],
      [0.8427007929815317, -0.05344916194159121, 1950883045546312e-19, 24586598502472374e-20, -13818035529681518e-21, -38138307893296056e-23],
      [0.7896784282059605, -0.052378274409700096, 846775746157878e-18, 18794896317970435e-20, -14792134446873825e-21, -18414165803576506e-24],
      [0.7383201026240218, -0.05017989801699675, 0.001322345905754337, 12954004052196906e-20, -14142522359043266e-21, 2628907161843809e-22],
      [0.6895782347609702, -0.0472016782796437, 0.001629189451969529, 7623521879779721e-20, -12338103476438877e-21, 4421746570331922e-22],
      [0.6440700976529758, -0.04376165070318021, 0.0017885182567518752, 316235368350461e-19, -9892093840997159e-21, 5213212665376125e-22],
      [0.6021192204524333, -0.040126689341648134, 0.0018292895754359621, -2684928088391723e-21, -7265506402971921e-21, 5181112866172805e-22],
      [0.5638123835473793, -0.03650267054489318, 0.0017827247625765306, -26715455503920797e-21, -480738712261928e-20, 45828581280645177e-23],
      [0.5290613640828269, -0.03303436904451911, 0.0016781382696029116, -4162470251064253e-20, -27336802954064915e-22, 36834098115505053e-23],
      [0.4976611325016581, -0.02981213419711627, 0.0015403373040993346, -49178313117683795e-21, -1137070447264075e-21, 27048846167014257e-23],
      [0.46933928029465466, -0.026882262334341524, 0.00138848471410816, -513102945392055e-19, -15532398431156712e-24, 1802065596892466e-22],
      [0.44379434817842184, -0.02425844606431426, 0.0012360930931408596, -4981371397274213e-20, 6926964604359849e-22, 1060174764837283e-22],
      [0.42072297337819775, -0.021932447132436927, 0.0010917383756630478, -4616835820643781e-20, 10769960510861892e-22, 5071354085724194e-23],
      [0.3998372191906158, -0.019882946747962777, 9601118195492448e-19, -4148208714444473e-20, 12302273506108226e-22, 13202010806921501e-24],
      [0.38087414257533897, -0.018082203211818557, 8431218455378047e-19, -3650995359628139e-20, 12339561354693068e-22, -9677480911140913e-24],
      [0.3635997738458614, -0.0165006134817075, 7408673496642269e-19, -3171528921520266e-20, 1151862041120793e-21, -21733342348270477e-24],
      [0.3478094417946956, -0.015109531022210814, 6524013271630176e-19, -27344533606203865e-21, 10289613702978408e-22, -26518616464957366e-24],
      [0.3333259698344222, -0.013882779865906159, 5762733257773954e-19, -2349765336915996e-20, 8941435498580174e-22, -268918440575084e-22],
      [0.3199968330451365, -0.012797282974456205, 5108794489600084e-19, -20185167024374495e-21, 7640126018515294e-22, -2491085984979356e-23],
      [0.30769098376042536, -0.01183314595133557, 4546649008630847e-19, -17369438343504577e-21, 6467281536000474e-22, -21918237128560233e-24],
      [0.2962957584353899, -0.010973444692385169, 40622461301940337e-20, -14991778449022602e-21, 545184806570256e-21, -18705726711793342e-24],
      [0.2857140734006971, -0.010203881213350398, 36433994629652723e-20, -12988538813301612e-21, 4593310059742852e-22, -15685705132904582e-24],
      [0.27586198754773217, -0.009512405918185819, 32797935909020305e-20, -11299571933108498e-21, 3876941413911505e-22, -13033893081086628e-24],
      [0.2666666363395643, -0.008888858496911423, 29628149889617976e-20, -9871899194417275e-21, 32828972233564346e-23, -10792710019599354e-24],
      [0.2580645051578283, -0.00832465049469134, 26853179318378576e-20, -8660658439199958e-21, 27910709301796653e-23, -8938434418917248e-24],
      [0.24999999614579685, -0.007812495911357595, 24413850511468608e-20, -76286876020972504e-22, 23833215281184925e-23, -7420744826732315e-24]
    ];
    ERF_END = 4;
    TAIL = [
      0.7691930497100417,
      -0.6653825019029828,
      0.49530562048586146,
      -0.31353320723007627,
      0.16502026670253728,
      -0.06911793682793106,
      0.020796091792858726,
      -0.0029972884006137165,
      -8035411670509104e-19,
      5539788066265183e-19,
      -4386239763971326e-20,
      -5541948367239735e-20
    ];
    WHOLE = 1.5 * 2 ** 52 + 1023;
    [LEAST, MOST] = [-709.1, 709.8];
    POWERS2 = new Float64Array(2048);
    for (let k = -1022, power2 = 2 ** -1022; k <= 1024; k++, power2 *= 2) POWERS2[k + 1023] = power2;
    SQRT_2_OVER_PI = 0.7978845608028654;
    SPLIT = new DataView(new ArrayBuffer(8));
    [ONE, SQRT_HALF] = [1072693248, 1072079006];
  }
});

// src/layers/family.ts
var SAME_PLACE, WHOLE_MAP, WHOLE_NUMBERS, kindWords;
var init_family = __esm({
  "src/layers/family.ts"() {
    "use strict";
    SAME_PLACE = [{ by: "place" }, { by: "place" }];
    WHOLE_MAP = [{ by: "all" }, { by: "all" }];
    WHOLE_NUMBERS = "it gives whole numbers, which do not change a little";
    kindWords = ({ kind }) => kind;
  }
});

// src/layers/inputs.ts
function required(inputs, index, what) {
  const input = inputs[index];
  if (input) return input;
  throw new CnnvizError("shape", `expected ${what} as input ${index + 1}, found none`);
}
function wrapDim(dim, rank) {
  const sides = Math.max(rank, 1);
  if (Number.isInteger(dim) && dim >= -sides && dim < sides) return dim < 0 ? dim + sides : dim;
  throw new CnnvizError("shape", `axis ${dim} of an array of rank ${rank}: expected ${-sides} \u2026 ${sides - 1}`);
}
function knownIntegers(inputs, index, what) {
  const numbers3 = knownNumbers(inputs, index, what);
  const wrong = numbers3?.find((value) => !Number.isInteger(value));
  if (wrong !== void 0) throw new CnnvizError("shape", `${what}: expected whole numbers, got ${wrong}`);
  return numbers3;
}
function knownNumbers(inputs, index, what) {
  const input = inputs[index];
  if (!input) return null;
  const value = input.known();
  if (value) return [...value.data];
  throw new CnnvizError("unsupported", `its ${what} (input ${index + 1}) follows from what the model computes`, {
    fix: `${what} must be known before the run: a constant, or an input given with --input NAME=FILE.npy`
  });
}
function checkedShape(shape2) {
  const size = shape2.reduce((product, side4) => product * side4, 1);
  if (shape2.every((side4) => Number.isSafeInteger(side4) && side4 >= 0) && size <= MAX_ELEMENTS) return [...shape2];
  throw new CnnvizError("shape", `[${shape2.join(", ")}] is no possible shape`, {
    fix: "check the sizes it is made from"
  });
}
function checkedAxes(axes, rank) {
  const wrapped = axes.map((axis) => wrapDim(axis, rank));
  if (new Set(wrapped).size === axes.length && axes.length <= rank) return wrapped;
  throw new CnnvizError("shape", `axes [${axes.join(", ")}] of an array of rank ${rank}: one is named twice`);
}
function imageShape(shape2) {
  if (shape2.length === 4) return shape2;
  if (shape2.length === 3) return [1, ...shape2];
  throw new CnnvizError("shape", `expected an array [N, C, H, W] or [C, H, W], got [${shape2.join(", ")}]`);
}
function inRankOf(input, shape2) {
  return input.shape.length === 4 ? [...shape2] : shape2.slice(1);
}
function checkBias(bias, M) {
  if (bias && (bias.shape.length !== 1 || bias.shape[0] !== M)) {
    throw new CnnvizError("shape", `bias: expected [${M}], got [${bias.shape.join(", ")}]`);
  }
}
function channelAxis(shape2) {
  return shape2.length === 3 || shape2.length < 2 ? 0 : 1;
}
function alongAxis(shape2, axis, index) {
  const step2 = sizeOf(shape2.slice(axis + 1));
  const position = Math.floor(index / step2) % shape2[axis];
  const start = index - position * step2;
  return Array.from({ length: shape2[axis] }, (_, i) => start + i * step2);
}
function readsBeforeMaps(axes, rank) {
  return rank >= 3 && axes.every((axis) => axis < rank - 2) ? SAME_PLACE : null;
}
var MAX_ELEMENTS, sameShape;
var init_inputs = __esm({
  "src/layers/inputs.ts"() {
    "use strict";
    init_errors();
    init_tensor();
    init_family();
    MAX_ELEMENTS = 2147483647;
    sameShape = (_, inputs) => {
      const { dtype, shape: shape2 } = required(inputs, 0, "x");
      return [{ dtype, shape: shape2 }];
    };
  }
});

// src/layers/activation.ts
function activationParameters(name, parameters, isSingle) {
  const { parameters: defaults } = ACTIVATIONS[name];
  const all = [0, 1].map((i) => parameters[i] ?? defaults[i] ?? 0);
  const [first, second] = isSingle ? all.map(Math.fround) : all;
  return [first, second];
}
function activate(name, parameters, x, y) {
  const isSingle = y instanceof Float32Array;
  const [first, second] = activationParameters(name, parameters, isSingle);
  const { of, of32 = of } = ACTIVATIONS[name];
  const compute = isSingle ? of32 : of;
  for (let i = 0; i < y.length; i++) y[i] = compute(x[i], first, second);
}
function addProducts(dx, dy, x, slope) {
  for (let i = 0; i < dx.length; i++) if (dy[i] !== 0) dx[i] += dy[i] * slope(x[i]);
}
var sigmoid, SQRT_2_OVER_PI2, INVERSE_SQRT_2_PI, ACTIVATIONS, activationForward, activationBackward, ACTIVATION;
var init_activation = __esm({
  "src/layers/activation.ts"() {
    "use strict";
    init_math();
    init_math32();
    init_family();
    init_inputs();
    sigmoid = (x) => 1 / (1 + exp(-x));
    SQRT_2_OVER_PI2 = 0.7978845608028654;
    INVERSE_SQRT_2_PI = 0.3989422804014327;
    ACTIVATIONS = {
      relu: {
        parameters: [],
        of: (x) => Math.max(0, x),
        slope: { from: "outputs", of: (y) => y > 0 ? 1 : 0 },
        formula: () => "max(0, x)",
        silences: true
      },
      relu6: {
        parameters: [],
        of: (x) => Math.min(Math.max(0, x), 6),
        slope: { from: "outputs", of: (y) => y > 0 && y < 6 ? 1 : 0 },
        formula: () => "min(max(0, x), 6)",
        limits: [Number.NEGATIVE_INFINITY, 6],
        silences: true
      },
      leaky_relu: {
        parameters: [0.01],
        of: (x, slope) => x < 0 ? slope * x : x,
        slope: { from: "inputs", of: (x, slope) => x > 0 ? 1 : slope },
        formula: (slope) => `x < 0 ? ${slope}\xB7x : x`
      },
      elu: {
        parameters: [1],
        of: (x, alpha) => x < 0 ? alpha * expm1(x) : x,
        of32: elu32,
        slope: { from: "inputs", of: (x, alpha) => x > 0 ? 1 : alpha * exp(x) },
        formula: (alpha) => `x < 0 ? ${alpha}\xB7(e^x \u2212 1) : x`
      },
      gelu: {
        parameters: [],
        of: (x) => 0.5 * x * (1 + erf(x * Math.SQRT1_2)),
        of32: gelu32,
        slope: {
          from: "inputs",
          of: (x) => 0.5 * (1 + erf(x * Math.SQRT1_2)) + x * INVERSE_SQRT_2_PI * exp(-0.5 * x * x)
        }
      },
      gelu_tanh: {
        parameters: [],
        of: (x) => 0.5 * x * (1 + tanh(SQRT_2_OVER_PI2 * (x + 0.044715 * x * x * x))),
        of32: geluTanh32,
        slope: {
          from: "inputs",
          of: (x) => {
            const t = tanh(SQRT_2_OVER_PI2 * (x + 0.044715 * x * x * x));
            return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * SQRT_2_OVER_PI2 * (1 + 3 * 0.044715 * x * x);
          }
        }
      },
      silu: {
        parameters: [],
        of: (x) => x * sigmoid(x),
        of32: (x) => swish32(x, 1),
        slope: {
          from: "inputs",
          of: (x) => {
            const s = sigmoid(x);
            return s * (1 + x * (1 - s));
          }
        },
        formula: () => "x / (1 + e^\u2212x)"
      },
      hardswish: {
        parameters: [],
        of: (x) => x * Math.min(Math.max(x + 3, 0), 6) / 6,
        slope: { from: "inputs", of: (x) => x < -3 ? 0 : x < 3 ? x / 3 + 0.5 : 1 }
      },
      softplus: {
        parameters: [1, 20],
        of: (x, beta, threshold) => x * beta > threshold ? x : log1p(exp(x * beta)) / beta,
        of32: softplus32,
        slope: { from: "inputs", of: (x, beta, threshold) => x * beta > threshold ? 1 : sigmoid(x * beta) },
        formula: () => "log(1 + e^x)"
      },
      sigmoid: {
        parameters: [],
        of: sigmoid,
        of32: sigmoid32,
        slope: { from: "outputs", of: (y) => y * (1 - y) },
        formula: () => "1 / (1 + e^\u2212x)",
        limits: [0.01, 0.99]
      },
      tanh: {
        parameters: [],
        of: tanh,
        of32: tanh32,
        slope: { from: "outputs", of: (y) => 1 - y * y },
        limits: [-0.99, 0.99]
      }
    };
    activationForward = {
      memory: "in-place",
      run: ({ name, parameters }, [x], [y]) => activate(name, parameters, x.data, y.data),
      rowWork: ({ name, parameters }) => ({
        work: "each",
        of: name,
        parameters: activationParameters(name, parameters, true)
      })
    };
    activationBackward = {
      needs: ({ name }) => ACTIVATIONS[name].slope.from,
      run({ name, parameters }, { x, y, dy, dx }) {
        const { slope, parameters: defaults } = ACTIVATIONS[name];
        const [first, second] = [0, 1].map((i) => parameters[i] ?? defaults[i] ?? 0);
        addProducts(
          dx[0],
          dy[0],
          (slope.from === "inputs" ? x(0) : y(0)).data,
          (value) => slope.of(value, first, second)
        );
      }
    };
    ACTIVATION = {
      activation: {
        shape: sameShape,
        forward: activationForward,
        backward: activationBackward,
        reads: () => SAME_PLACE,
        explain: {
          formula: ({ name, parameters: [slope = ACTIVATIONS[name].parameters[0]] }) => ACTIVATIONS[name].formula?.(slope) ?? `${name}(x)`,
          terms: "place"
        },
        words: ({ name, parameters }) => [name, ...parameters].join(" "),
        growth: "grows"
      }
    };
  }
});

// src/layers/conv.ts
function areaOf({ H, W, pads: [top, left, bottom, right], paddingMode }) {
  if (paddingMode === "zeros") return { padded: false, top, left, height: H, width: W };
  return { padded: true, top: 0, left: 0, height: top + H + bottom, width: left + W + right };
}
function spreadGradient(g, { top, left, height, width }, dy) {
  const [spanH, spanW] = [extent(g.kH, g.dH) - 1, extent(g.kW, g.dW) - 1];
  const [H, W] = [height + spanH, width + spanW];
  const data = new Float32Array(g.N * g.M * H * W);
  for (let plane = 0; plane < g.N * g.M; plane++) {
    for (let i = 0; i < g.oH; i++) {
      const row = i * g.sH + spanH - top;
      if (row < 0 || row >= H) continue;
      for (let j = 0; j < g.oW; j++) {
        const column = j * g.sW + spanW - left;
        if (column >= 0 && column < W) data[(plane * H + row) * W + column] = dy[(plane * g.oH + i) * g.oW + j];
      }
    }
  }
  return { data, shape: [g.N, g.M, H, W] };
}
function turnKernels({ M, C, groups, kH, kW }, weight) {
  const [perGroup, mapsPerGroup, size] = [C / groups, M / groups, kH * kW];
  const data = new Float32Array(weight.length);
  for (let m = 0; m < M; m++) {
    const group = Math.floor(m / mapsPerGroup);
    for (let c = 0; c < perGroup; c++) {
      const from = (m * perGroup + c) * size;
      const to = ((group * perGroup + c) * mapsPerGroup + m % mapsPerGroup) * size;
      for (let k = 0; k < size; k++) data[to + k] = weight[from + size - 1 - k];
    }
  }
  return { data, shape: [C, mapsPerGroup, kH, kW] };
}
function sourcesOf(count, before, size, { paddingMode }) {
  return Int32Array.from({ length: count }, (_, i) => sourceIndex(i - before, size, paddingMode));
}
function sizeWords([h, w]) {
  return `${w}\xD7${h}`;
}
function pairWords(sides) {
  return sides.every((side4) => side4 === sides[0]) ? String(sides[0]) : sides.join(",");
}
function strideWords(sides) {
  return sides.every((side4) => side4 === 1) ? "" : ` stride ${pairWords(sides)}`;
}
function paddingWords(padding) {
  if (typeof padding === "string" || typeof padding === "number") return padding === 0 ? "" : ` padding ${padding}`;
  return padding.every((side4) => side4 === 0) ? "" : ` padding ${pairWords(padding)}`;
}
var convShape, convBackward, SPATIAL, CONV;
var init_conv = __esm({
  "src/layers/conv.ts"() {
    "use strict";
    init_errors();
    init_geometry();
    init_values();
    init_inputs();
    convShape = (layer3, inputs) => {
      const x = required(inputs, 0, "x");
      const weight = required(inputs, 1, "weight");
      if (weight.shape.length !== 4) {
        throw new CnnvizError("shape", `weight: expected [M, C/groups, kH, kW], got [${weight.shape.join(", ")}]`);
      }
      const g = conv2dGeometry(imageShape(x.shape), weight.shape, layer3);
      checkBias(inputs[2], g.M);
      return [{ dtype: "float32", shape: inRankOf(x, [g.N, g.M, g.oH, g.oW]) }];
    };
    convBackward = {
      run(layer3, { inputs, x, dy, dx, convolve }) {
        const weight = x(1);
        const g = conv2dGeometry(imageShape(inputs[0].shape), weight.shape, layer3);
        const area = areaOf(g);
        const spread2 = spreadGradient(g, area, dy[0]);
        const turned = turnKernels(g, toFloat32(weight.data));
        const gradient2 = convolve(spread2, turned, { dilation: [g.dH, g.dW], groups: g.groups });
        const own = dx[0];
        if (!area.padded) {
          for (let i = 0; i < own.length; i++) own[i] += gradient2[i];
          return;
        }
        const rows = sourcesOf(area.height, g.pads[0], g.H, g);
        const columns = sourcesOf(area.width, g.pads[1], g.W, g);
        for (let plane = 0, i = 0; plane < g.N * g.C; plane++) {
          for (let row = 0; row < area.height; row++) {
            const start = (plane * g.H + rows[row]) * g.W;
            for (let column = 0; column < area.width; column++) own[start + columns[column]] += gradient2[i++];
          }
        }
      }
    };
    SPATIAL = {
      shape: convShape,
      forward: "conv",
      reads(layer3, { inputs: [x, weight] }) {
        const g = conv2dGeometry(imageShape(x), weight, layer3);
        const { paddingMode: mode } = g;
        return [
          { by: "window", axis: convAxis(g, 0), mode },
          { by: "window", axis: convAxis(g, 1), mode }
        ];
      },
      explain: "planned",
      words({ kind, stride, padding, dilation, groups }, [, weight]) {
        const size = sizeWords((weight ?? [1, 1]).slice(-2));
        const dilated = dilation.some((side4) => side4 !== 1) ? ` dilation ${pairWords(dilation)}` : "";
        return `${kind} ${size}${strideWords(stride)}${paddingWords(padding)}${dilated}${groups === 1 ? "" : ` groups ${groups}`}`;
      },
      macs: (layer3, [x, weight]) => conv2dMacs(conv2dGeometry(imageShape(x), weight, layer3))
    };
    CONV = {
      conv: { ...SPATIAL, backward: convBackward, growth: "grows" },
      ncc: { ...SPATIAL, backward: "normalised cross-correlation has no backward pass here" }
    };
  }
});

// src/layers/adaptive-pool.ts
function meanOfBin(x, start, rows, columns, W) {
  let sum2 = 0;
  for (let u = 0; u < rows; u++) {
    for (let v = start + u * W, end = v + columns; v < end; v++) sum2 += x[v];
  }
  return sum2 / (rows * columns);
}
function largestOfBin(x, start, rows, columns, W) {
  let largest2 = Number.NEGATIVE_INFINITY;
  for (let u = 0; u < rows; u++) {
    for (let v = start + u * W, end = v + columns; v < end; v++) {
      if (!(x[v] <= largest2)) largest2 = x[v];
      if (Number.isNaN(largest2)) return largest2;
    }
  }
  return largest2;
}
var adaptivePoolShape, adaptivePoolForward, adaptivePoolBackward, BINS, ADAPTIVE_POOL;
var init_adaptive_pool = __esm({
  "src/layers/adaptive-pool.ts"() {
    "use strict";
    init_errors();
    init_tensor();
    init_conv();
    init_family();
    init_inputs();
    adaptivePoolShape = ({ outputSize: outputSize2 }, inputs) => {
      const x = required(inputs, 0, "x");
      const [N, C, H, W] = imageShape(x.shape);
      if (outputSize2.some((side4) => side4 !== null && (!Number.isInteger(side4) || side4 < 1))) {
        throw new CnnvizError("usage", `output_size ${outputSize2.join(",")}: expected whole numbers from 1`);
      }
      return [{ dtype: x.dtype, shape: inRankOf(x, [N, C, outputSize2[0] ?? H, outputSize2[1] ?? W]) }];
    };
    adaptivePoolForward = {
      rowWork({ kind, outputSize: outputSize2 }, [x]) {
        const [H, W] = x.shape.slice(-2);
        const isOne = (outputSize2[0] ?? H) === 1 && (outputSize2[1] ?? W) === 1;
        if (kind !== "adaptive_avg_pool" || !isOne) return null;
        return { work: "reduce", of: "mean", outer: sizeOf(x.shape.slice(0, -2)), count: H * W, inner: 1 };
      },
      run({ kind }, [x], [y]) {
        const [H, W] = x.shape.slice(-2);
        const [oH, oW] = y.shape.slice(-2);
        const planes = sizeOf(y.shape.slice(0, -2));
        const ofBin = kind === "adaptive_avg_pool" ? meanOfBin : largestOfBin;
        for (let plane = 0, o = 0; plane < planes; plane++) {
          for (let i = 0; i < oH; i++) {
            const [top, bottom] = [Math.floor(i * H / oH), Math.ceil((i + 1) * H / oH)];
            for (let j = 0; j < oW; j++, o++) {
              const [left, right] = [Math.floor(j * W / oW), Math.ceil((j + 1) * W / oW)];
              y.data[o] = ofBin(x.data, (plane * H + top) * W + left, bottom - top, right - left, W);
            }
          }
        }
      }
    };
    adaptivePoolBackward = {
      needs: ({ kind }) => kind === "adaptive_max_pool" ? "inputs" : "none",
      run({ kind }, { inputs, outputs, x, dy, dx }) {
        const [H, W] = inputs[0].shape.slice(-2);
        const [oH, oW] = outputs[0].shape.slice(-2);
        const planes = sizeOf(outputs[0].shape.slice(0, -2));
        const data = kind === "adaptive_max_pool" ? x(0).data : null;
        for (let plane = 0, o = 0; plane < planes; plane++) {
          for (let i = 0; i < oH; i++) {
            const [top, bottom] = [Math.floor(i * H / oH), Math.ceil((i + 1) * H / oH)];
            for (let j = 0; j < oW; j++, o++) {
              const [left, right] = [Math.floor(j * W / oW), Math.ceil((j + 1) * W / oW)];
              const gradient2 = dy[0][o];
              const share = gradient2 / ((bottom - top) * (right - left));
              let best = -1;
              for (let row = top; row < bottom; row++) {
                for (let at = (plane * H + row) * W + left, end = at + right - left; at < end; at++) {
                  if (data === null) dx[0][at] += share;
                  else if (best < 0 || data[at] > data[best] || Number.isNaN(data[at])) best = at;
                }
              }
              if (data !== null) dx[0][best] += gradient2;
            }
          }
        }
      }
    };
    BINS = {
      shape: adaptivePoolShape,
      forward: adaptivePoolForward,
      backward: adaptivePoolBackward,
      reads(_, { output }) {
        const [oH, oW] = output.slice(-2);
        return oH === 1 && oW === 1 ? WHOLE_MAP : [{ by: "bins" }, { by: "bins" }];
      },
      explain: "bins",
      words: ({ kind, outputSize: outputSize2 }) => `${kind} ${sizeWords(outputSize2.map((side4) => side4 ?? 0))}`,
      keepsSilence: true
    };
    ADAPTIVE_POOL = { adaptive_avg_pool: BINS, adaptive_max_pool: BINS };
  }
});

// src/layers/broadcast.ts
function broadcastShapes(a, b) {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const [p, q] = [a[axis - rank + a.length] ?? 1, b[axis - rank + b.length] ?? 1];
    if (p !== q && p !== 1 && q !== 1) {
      throw new CnnvizError("shape", `[${a.join(", ")}] and [${b.join(", ")}] do not fit together`, {
        fix: "sides must be equal or 1, compared from the last"
      });
    }
    return p === 1 ? q : p;
  });
}
function broadcastAll(inputs) {
  return inputs.reduce((shape2, input) => input ? broadcastShapes(shape2, input.shape) : shape2, []);
}
function sameType(dtype, other, what) {
  if (other.dtype !== dtype) throw new CnnvizError("shape", `${what}: expected ${dtype}, got ${other.dtype}`);
}
function planBroadcast(out, shapes) {
  const steps = shapes.map((shape2) => broadcastSteps(out, shape2));
  const sides = [];
  const merged = shapes.map(() => []);
  for (let axis = out.length - 1; axis >= 0; axis--) {
    if (out[axis] === 1) continue;
    const joins = sides.length > 0 && steps.every((own, s) => own[axis] === merged[s][0] * sides[0]);
    if (joins) sides[0] *= out[axis];
    else {
      sides.unshift(out[axis]);
      for (const [s, own] of steps.entries()) merged[s].unshift(own[axis]);
    }
  }
  if (sides.length > 0) return { sides, steps: merged };
  return { sides: [1], steps: shapes.map(() => [0]) };
}
function broadcastSteps(out, shape2) {
  const steps = new Array(out.length).fill(0);
  let step2 = 1;
  for (let axis = out.length - 1, own = shape2.length - 1; own >= 0; axis--, own--) {
    steps[axis] = shape2[own] === 1 ? 0 : step2;
    step2 *= shape2[own];
  }
  return steps;
}
function eachRow({ sides, steps }, row) {
  if (sides.includes(0)) return;
  const outer = sides.slice(0, -1);
  const length = sides[sides.length - 1];
  const at = outer.map((side4) => side4 - 1);
  const starts = steps.map((own) => at.reduce((sum2, index, axis) => sum2 + index * own[axis], 0));
  const rows = outer.reduce((product, side4) => product * side4, 1);
  for (let r = rows - 1; r >= 0; r--) {
    row(r * length, starts);
    for (let axis = outer.length - 1; axis >= 0; axis--) {
      const carries = at[axis] === 0;
      const move = carries ? outer[axis] - 1 : -1;
      at[axis] += move;
      for (let s = 0; s < steps.length; s++) starts[s] += move * steps[s][axis];
      if (!carries) break;
    }
  }
}
function combinePairs(loop, a, b, y) {
  const plan = planBroadcast(y.shape, [a.shape, b.shape]);
  const count = plan.sides[plan.sides.length - 1];
  const [pStep, qStep] = plan.steps.map((own) => own[own.length - 1]);
  eachRow(plan, (o, [p, q]) => loop(a.data, p, pStep, b.data, q, qStep, y.data, o, count));
}
function eachElement({ sides, steps }, visit) {
  const count = sides[sides.length - 1];
  const places = new Array(steps.length);
  const inner = steps.map((own) => own[own.length - 1]);
  eachRow({ sides, steps }, (start, starts) => {
    for (let i = 0; i < count; i++) {
      for (let s = 0; s < places.length; s++) places[s] = starts[s] + i * inner[s];
      visit(start + i, places);
    }
  });
}
function pairLoop(of) {
  return (a, p, pStep, b, q, qStep, y, o, count) => {
    for (let i = count - 1; i >= 0; i--) y[o + i] = of(a[p + i * pStep], b[q + i * qStep]);
  };
}
function broadcastIndex(own, out, index) {
  const steps = rowMajor(own);
  let [rest, at] = [index, 0];
  for (let axis = out.length - 1; axis >= 0; axis--) {
    const position = rest % out[axis];
    rest = Math.floor(rest / out[axis]);
    const ownAxis = axis - out.length + own.length;
    if (ownAxis >= 0 && own[ownAxis] > 1) at += position * steps[ownAxis];
  }
  return at;
}
var broadcastTerms;
var init_broadcast = __esm({
  "src/layers/broadcast.ts"() {
    "use strict";
    init_errors();
    init_tensor();
    broadcastTerms = (_, { inputs, output }, index) => inputs.flatMap((shape2, input) => shape2 === null ? [] : [{ input, index: broadcastIndex(shape2, output, index) }]);
  }
});

// src/layers/arithmetic.ts
function loopOf(kind, dtype) {
  if (kind === "div" && !isFloat(dtype)) return integerQuotient;
  if (kind === "mul" && (dtype === "int32" || dtype === "uint32")) return wrappedProduct;
  return LOOPS[kind];
}
function combineAll(loop, [first, ...rest], y) {
  const data = isFloat(y.dtype) ? new Float64Array(y.data.length) : y.data.slice();
  const total = { data, shape: y.shape };
  const zero = { data: new Float64Array(1), shape: [] };
  combinePairs(LOOPS.add, first, zero, total);
  for (const value of rest) combinePairs(loop, total, value, total);
  y.data.set(total.data);
}
function isEasyExponent(n) {
  return Math.abs(n) === 0.5 || Number.isInteger(n) && Math.abs(n) <= 64;
}
function productBut(operands, left) {
  let product = 1;
  for (let i = 0; i < operands.length; i++) if (i !== left) product *= operands[i];
  return product;
}
function shareOfEquals(operands, i, winner) {
  if (operands[i] !== winner) return 0;
  return 1 / operands.reduce((count, operand) => count + (operand === winner ? 1 : 0), 0);
}
function runBackward({ kind }, { inputs, outputs, x, dy, dx }) {
  const isLinear = NEEDS_NOTHING.includes(kind);
  const values = inputs.map((_, i) => isLinear ? null : x(i).data);
  const operands = new Array(inputs.length).fill(0);
  const partial = PARTIALS[kind];
  const plan = planBroadcast(
    outputs[0].shape,
    inputs.map((input) => input.shape)
  );
  eachElement(plan, (o, places) => {
    const gradient2 = dy[0][o];
    if (gradient2 === 0) return;
    for (let i = 0; i < operands.length; i++) operands[i] = values[i]?.[places[i]] ?? 0;
    for (let i = 0; i < operands.length; i++) {
      const own = dx[i];
      if (own) own[places[i]] += gradient2 * partial(operands, i);
    }
  });
}
function arithmetic(formula, growth) {
  return {
    shape: arithmeticShape,
    forward: arithmeticForward,
    backward: arithmeticBackward,
    reads: () => SAME_PLACE,
    explain: { formula: () => formula, terms: broadcastTerms },
    words: kindWords,
    growth
  };
}
var arithmeticShape, extremeShape, SIGNS2, LOOPS, wrappedProduct, integerQuotient, arithmeticForward, ZERO, EXTREMES, FIRST, extremeForward, PARTIALS, NEEDS_NOTHING, needs, arithmeticBackward, extremeBackward, EXTREME, ARITHMETIC;
var init_arithmetic = __esm({
  "src/layers/arithmetic.ts"() {
    "use strict";
    init_errors();
    init_math();
    init_values();
    init_broadcast();
    init_family();
    init_inputs();
    arithmeticShape = ({ kind }, inputs) => {
      const first = required(inputs, 0, "a");
      let shape2 = first.shape;
      for (let i = 1; i < inputs.length; i++) {
        const next = required(inputs, i, "b");
        if (next.dtype !== first.dtype) {
          throw new CnnvizError("shape", `${kind} of ${first.dtype} and ${next.dtype}: expected one type`);
        }
        shape2 = broadcastShapes(shape2, next.shape);
      }
      return [{ dtype: first.dtype, shape: shape2 }];
    };
    extremeShape = ({ kind }, inputs) => {
      const first = required(inputs, 0, "a");
      if (kind === "pow") {
        required(inputs, 1, "b");
        return [{ dtype: first.dtype, shape: broadcastAll(inputs) }];
      }
      for (let i = 1; i < inputs.length; i++) sameType(first.dtype, required(inputs, i, "b"), `input ${i + 1}`);
      return [{ dtype: first.dtype, shape: broadcastAll(inputs) }];
    };
    SIGNS2 = { add: "+", sub: "\u2212", mul: "\xD7", div: "\xF7" };
    LOOPS = {
      add(a, p, pStep, b, q, qStep, y, o, count) {
        for (let i = count - 1; i >= 0; i--) y[o + i] = a[p + i * pStep] + b[q + i * qStep];
      },
      sub(a, p, pStep, b, q, qStep, y, o, count) {
        for (let i = count - 1; i >= 0; i--) y[o + i] = a[p + i * pStep] - b[q + i * qStep];
      },
      mul(a, p, pStep, b, q, qStep, y, o, count) {
        for (let i = count - 1; i >= 0; i--) y[o + i] = a[p + i * pStep] * b[q + i * qStep];
      },
      div(a, p, pStep, b, q, qStep, y, o, count) {
        for (let i = count - 1; i >= 0; i--) y[o + i] = a[p + i * pStep] / b[q + i * qStep];
      }
    };
    wrappedProduct = (a, p, pStep, b, q, qStep, y, o, count) => {
      for (let i = count - 1; i >= 0; i--) y[o + i] = Math.imul(a[p + i * pStep], b[q + i * qStep]);
    };
    integerQuotient = (a, p, pStep, b, q, qStep, y, o, count) => {
      for (let i = count - 1; i >= 0; i--) {
        const divisor = b[q + i * qStep];
        y[o + i] = divisor === 0 ? 0 : Math.trunc(a[p + i * pStep] / divisor) + 0;
      }
    };
    arithmeticForward = {
      memory: "in-place",
      rowWork: ({ kind }, { length }) => length === 2 ? { work: "pair", operation: SIGNS2[kind] } : null,
      run({ kind }, inputs, [y]) {
        const loop = loopOf(kind, y.dtype);
        if (inputs.length === 2) combinePairs(loop, inputs[0], inputs[1], y);
        else combineAll(loop, inputs, y);
        if (y.dtype === "bool") for (let i = 0; i < y.data.length; i++) y.data[i] = y.data[i] === 0 ? 0 : 1;
      }
    };
    ZERO = { data: new Float64Array(1), shape: [] };
    EXTREMES = {
      min: pairLoop(Math.min),
      max: pairLoop(Math.max),
      mean: pairLoop((a, b) => a + b),
      pow: pairLoop(power)
    };
    FIRST = pairLoop((a) => a);
    extremeForward = {
      rowWork({ kind }, inputs) {
        const [, second] = inputs;
        if (inputs.length !== 2) return null;
        if (kind === "min" || kind === "max") return { work: "pair", operation: kind };
        const exponent = kind === "pow" && second?.data.length === 1 ? second.data[0] : Number.NaN;
        return isEasyExponent(exponent) ? { work: "each", of: "power", parameters: [exponent, 0] } : null;
      },
      run({ kind }, inputs, [y]) {
        const [first, ...rest] = inputs;
        const total = { data: new Float64Array(y.data.length), shape: y.shape };
        combinePairs(FIRST, first, ZERO, total);
        for (const value of rest) combinePairs(EXTREMES[kind], total, value, total);
        if (kind === "mean") for (let i = 0; i < total.data.length; i++) total.data[i] /= inputs.length;
        if (isFloat(y.dtype)) y.data.set(total.data);
        else for (let i = 0; i < total.data.length; i++) y.data[i] = Math.trunc(total.data[i]);
      }
    };
    PARTIALS = {
      add: () => 1,
      sub: (_, i) => i === 0 ? 1 : -1,
      mul: productBut,
      div: (operands, i) => {
        const divisor = productBut(operands, 0);
        return i === 0 ? 1 / divisor : -operands[0] / (divisor * operands[i]);
      },
      mean: ({ length }) => 1 / length,
      // equals share, as in torch.maximum
      max: (operands, i) => shareOfEquals(operands, i, Math.max(...operands)),
      min: (operands, i) => shareOfEquals(operands, i, Math.min(...operands)),
      pow: ([base, exponent], i) => {
        if (i === 0) return exponent === 0 ? 0 : exponent * power(base, exponent - 1);
        return base === 0 && exponent >= 0 ? 0 : power(base, exponent) * log(base);
      }
    };
    NEEDS_NOTHING = ["add", "sub", "mean"];
    needs = ({ kind }) => NEEDS_NOTHING.includes(kind) ? "none" : "inputs";
    arithmeticBackward = { needs, reaches: "all", run: runBackward };
    extremeBackward = { needs, reaches: "all", run: runBackward };
    EXTREME = {
      shape: extremeShape,
      forward: extremeForward,
      backward: extremeBackward,
      reads: () => SAME_PLACE,
      explain: { formula: kindWords, terms: broadcastTerms },
      words: kindWords
    };
    ARITHMETIC = {
      add: arithmetic("a + b", "passes"),
      sub: arithmetic("a \u2212 b", "passes"),
      mul: arithmetic("a \xB7 b", "grows"),
      div: arithmetic("a / b", "grows"),
      min: { ...EXTREME, growth: "passes" },
      max: { ...EXTREME, growth: "passes" },
      mean: EXTREME,
      pow: EXTREME
    };
  }
});

// src/layers/moving.ts
function copyStrided(x, start, sides, steps, y) {
  if (y.length === 0) return;
  const last = sides.length - 1;
  const [count, step2] = last < 0 ? [1, 0] : [sides[last], steps[last]];
  const at = new Array(Math.max(last, 0)).fill(0);
  for (let o = 0, from = start; o < y.length; o += count) {
    for (let i = 0; i < count; i++) y[o + i] = x[from + i * step2];
    for (let axis = last - 1; axis >= 0; axis--) {
      from += steps[axis];
      if (++at[axis] < sides[axis]) break;
      from -= sides[axis] * steps[axis];
      at[axis] = 0;
    }
  }
}
function strided(from, sides, fromSteps) {
  const copy = { input: 0, output: 0, sides, from, fromSteps, to: 0, toSteps: rowMajor(sides) };
  return { work: "copies", copies: [copy], fill: null };
}
function copyMapped(x, shape2, maps, fill2, y) {
  copyMappedAxis(x, shape2, maps, fill2, y, { axis: 0, from: 0, o: 0 });
}
function copyMappedAxis(x, shape2, maps, fill2, y, { axis, from, o }) {
  if (shape2.length === 0) {
    y[0] = x[0];
    return;
  }
  const map = maps[axis];
  const [sourceStart, start] = [from * shape2[axis], o * map.length];
  if (axis === shape2.length - 1) {
    for (let i = 0; i < map.length; i++) y[start + i] = map[i] < 0 ? fill2 : x[sourceStart + map[i]];
    return;
  }
  const inner = maps.slice(axis + 1).reduce((product, { length }) => product * length, 1);
  for (let i = 0; i < map.length; i++) {
    if (map[i] < 0) y.fill(fill2, (start + i) * inner, (start + i + 1) * inner);
    else copyMappedAxis(x, shape2, maps, fill2, y, { axis: axis + 1, from: sourceStart + map[i], o: start + i });
  }
}
function movedBackward(forward, moved = firstInput, reaches = [0], plain2 = {}) {
  return {
    reaches,
    run(layer3, { inputs, outputs, x, dy, dx }) {
      const movers = moved(inputs);
      const first = /* @__PURE__ */ new Map();
      let next = 1;
      const places = inputs.map((input, i) => {
        if (input === null || i === plain2.ignores) return null;
        if (!movers.includes(i)) return x(i);
        first.set(i, next);
        const data = Float64Array.from({ length: sizeOf(input.shape) }, () => next++);
        return { dtype: "float64", shape: input.shape, data };
      });
      const made = outputs.map(
        ({ shape: shape2 }) => ({ dtype: "float64", shape: shape2, data: new Float64Array(sizeOf(shape2)) })
      );
      forward.run(plain2.layer?.(layer3) ?? layer3, places, made);
      for (const [output, { data }] of made.entries()) {
        const gradient2 = dy[output];
        if (gradient2) scatter(gradient2, data, first, dx, next);
      }
    }
  };
}
function scatter(dy, from, first, dx, end) {
  for (const [input, start] of first) {
    const own = dx[input];
    if (!own) continue;
    const last = Math.min(end, start + own.length);
    for (let o = 0; o < from.length; o++) if (from[o] >= start && from[o] < last) own[from[o] - start] += dy[o];
  }
}
var firstInput;
var init_moving = __esm({
  "src/layers/moving.ts"() {
    "use strict";
    init_tensor();
    firstInput = () => [0];
  }
});

// src/layers/arrange.ts
function padSides(rank, inputs) {
  required(inputs, 1, "pads");
  const pads = knownIntegers(inputs, 1, "pads");
  return sidesOf(pads, knownIntegers(inputs, 3, "axes"), rank);
}
function sidesOf(pads, axes, rank) {
  const named2 = axes ? checkedAxes(axes, rank) : Array.from({ length: rank }, (_, axis) => axis);
  if (pads.length !== 2 * named2.length) {
    throw new CnnvizError("shape", `pads: expected ${2 * named2.length} numbers, got ${pads.length}`);
  }
  const sides = Array.from({ length: rank }, () => [0, 0]);
  for (const [i, axis] of named2.entries()) sides[axis] = [pads[i], pads[named2.length + i]];
  return sides;
}
function permuted(shape2, perm) {
  const steps = rowMajor(shape2);
  const order = perm ?? steps.map((_, axis) => steps.length - 1 - axis);
  return { sides: order.map((axis) => shape2[axis]), steps: order.map((axis) => steps[axis]) };
}
function padMaps(mode, shape2, sides) {
  const place = PLACES[mode];
  return shape2.map((side4, axis) => {
    const [before, after] = sides[axis];
    return Int32Array.from({ length: side4 + before + after }, (_, i) => place(i - before, side4));
  });
}
function takenFrom({ dim }, { inputs, output }, index) {
  const axis = wrapDim(dim, output.length);
  const behind = sizeOf(output.slice(axis + 1));
  const block = output[axis] * behind;
  const outer = Math.floor(index / block);
  let inBlock = index % block;
  for (const [input, shape2] of inputs.entries()) {
    const length = shape2[axis] * behind;
    if (inBlock < length) return [{ input, index: outer * length + inBlock }];
    inBlock -= length;
  }
  return [];
}
var concatShape, transposeShape, expandShape, padShape, splitShape, concatForward, transposeForward, expandForward, padForward, PLACES, splitForward, concatBackward, transposeBackward, expandBackward, splitBackward, padBackward, ARRANGE, PADDING_MODES;
var init_arrange = __esm({
  "src/layers/arrange.ts"() {
    "use strict";
    init_errors();
    init_tensor();
    init_broadcast();
    init_family();
    init_inputs();
    init_moving();
    concatShape = ({ dim }, inputs) => {
      const first = required(inputs, 0, "x");
      const axis = wrapDim(dim, first.shape.length);
      const shape2 = [...first.shape];
      for (let i = 1; i < inputs.length; i++) {
        const next = required(inputs, i, "x");
        const fits = next.shape.length === shape2.length && next.shape.every((side4, a) => a === axis || side4 === shape2[a]);
        if (!fits || next.dtype !== first.dtype) {
          throw new CnnvizError(
            "shape",
            `concat along axis ${dim}: ${first.dtype} [${first.shape.join(", ")}] and ${next.dtype} [${next.shape.join(", ")}] differ elsewhere`
          );
        }
        shape2[axis] += next.shape[axis];
      }
      return [{ dtype: first.dtype, shape: shape2 }];
    };
    transposeShape = ({ perm }, inputs) => {
      const { dtype, shape: shape2 } = required(inputs, 0, "x");
      const order = perm ?? shape2.map((_, axis) => shape2.length - 1 - axis);
      const isOrder = order.length === shape2.length && shape2.every((_, axis) => order.includes(axis));
      if (!isOrder) {
        throw new CnnvizError("shape", `perm [${order.join(", ")}] does not order the axes of [${shape2.join(", ")}]`);
      }
      return [{ dtype, shape: order.map((axis) => shape2[axis]) }];
    };
    expandShape = (_, inputs) => {
      const { dtype, shape: shape2 } = required(inputs, 0, "x");
      required(inputs, 1, "shape");
      const wanted = checkedShape(knownIntegers(inputs, 1, "shape"));
      return [{ dtype, shape: checkedShape(broadcastShapes(shape2, wanted)) }];
    };
    padShape = ({ mode }, inputs) => {
      const { dtype, shape: shape2 } = required(inputs, 0, "x");
      const sides = padSides(shape2.length, inputs);
      const out = shape2.map((side4, axis) => side4 + sides[axis][0] + sides[axis][1]);
      for (const [axis, [before, after]] of sides.entries()) {
        const side4 = shape2[axis];
        const largest2 = Math.max(before, after);
        const allowed = mode === "reflect" ? Math.max(0, side4 - 1) : mode === "constant" || side4 > 0 ? Number.POSITIVE_INFINITY : 0;
        if (out[axis] < 0 || largest2 > allowed) {
          throw new CnnvizError(
            "shape",
            `pads ${before}, ${after} of axis ${axis} do not fit its side of ${side4} (${mode})`
          );
        }
      }
      return [{ dtype, shape: checkedShape(out) }];
    };
    splitShape = ({ axis, parts: parts2 }, inputs) => {
      const { dtype, shape: shape2 } = required(inputs, 0, "x");
      const at = wrapDim(axis, shape2.length);
      const side4 = shape2[at];
      const most = Math.ceil(side4 / parts2);
      const equal2 = Array.from({ length: parts2 }, (_, i) => Math.min(most, side4 - i * most));
      const sizes = knownIntegers(inputs, 1, "split") ?? equal2;
      const fits = sizes.length === parts2 && sizes.every((size) => size >= 0);
      if (!fits || sizes.reduce((sum2, size) => sum2 + size, 0) !== side4) {
        throw new CnnvizError(
          "shape",
          `axis ${axis} of ${side4} cannot be split into ${parts2} parts of ${sizes.join(", ")}`
        );
      }
      return sizes.map((size) => ({ dtype, shape: shape2.map((own, a) => a === at ? size : own) }));
    };
    concatForward = {
      rowWork({ dim }, inputs) {
        const outer = sizeOf(inputs[0].shape.slice(0, wrapDim(dim, inputs[0].shape.length)));
        const runs = inputs.map((input) => outer === 0 ? 0 : input.data.length / outer);
        const block = runs.reduce((sum2, run) => sum2 + run, 0);
        let to = 0;
        const copies = runs.map((run, input) => {
          const copy = { input, output: 0, sides: [outer, run], from: 0, fromSteps: [run, 1], to, toSteps: [block, 1] };
          to += run;
          return copy;
        });
        return { work: "copies", copies, fill: null };
      },
      run({ dim }, inputs, [y]) {
        const axis = wrapDim(dim, y.shape.length);
        const outer = sizeOf(y.shape.slice(0, axis));
        let o = 0;
        for (let block = 0; block < outer; block++) {
          for (const input of inputs) {
            const run = input.data.length / outer;
            y.data.set(input.data.subarray(block * run, (block + 1) * run), o);
            o += run;
          }
        }
      }
    };
    transposeForward = {
      rowWork: ({ perm }, [x]) => {
        const { sides, steps } = permuted(x.shape, perm);
        return strided(0, sides, steps);
      },
      run({ perm }, [x], [y]) {
        copyStrided(x.data, 0, y.shape, permuted(x.shape, perm).steps, y.data);
      }
    };
    expandForward = {
      rowWork(_, [x, wanted]) {
        const { sides, steps } = planBroadcast(broadcastShapes(x.shape, [...wanted.data]), [x.shape]);
        return strided(0, sides, steps[0]);
      },
      run(_, [x], [y]) {
        const { sides, steps } = planBroadcast(y.shape, [x.shape]);
        copyStrided(x.data, 0, sides, steps[0], y.data);
      }
    };
    padForward = {
      rowWork({ mode }, [x, pads, value, axes]) {
        const { shape: shape2 } = x;
        const sides = sidesOf([...pads.data], axes ? [...axes.data] : null, shape2.length);
        const fill2 = value?.data[0] ?? 0;
        if (mode !== "constant") return { work: "mapped", maps: padMaps(mode, shape2, sides), fill: fill2 };
        const [fromSteps, toSteps] = [rowMajor(shape2), rowMajor(shape2.map((side4, a) => side4 + sides[a][0] + sides[a][1]))];
        const first = sides.map(([before]) => Math.max(0, -before));
        const kept = shape2.map((side4, a) => Math.max(0, side4 - first[a] - Math.max(0, -sides[a][1])));
        const from = first.reduce((sum2, at, a) => sum2 + at * fromSteps[a], 0);
        const to = first.reduce((sum2, at, a) => sum2 + (at + sides[a][0]) * toSteps[a], 0);
        const isWhole4 = sides.every(([before, after]) => before <= 0 && after <= 0);
        const copy = { input: 0, output: 0, sides: kept, from, fromSteps, to, toSteps };
        return { work: "copies", copies: [copy], fill: isWhole4 ? null : fill2 };
      },
      run({ mode }, [x, pads, value, axes], [y]) {
        const { shape: shape2 } = x;
        const sides = sidesOf([...pads.data], axes ? [...axes.data] : null, shape2.length);
        copyMapped(x.data, shape2, padMaps(mode, shape2, sides), value?.data[0] ?? 0, y.data);
      }
    };
    PLACES = {
      constant: (at, side4) => at >= 0 && at < side4 ? at : -1,
      edge: (at, side4) => Math.min(Math.max(at, 0), side4 - 1),
      reflect: (at, side4) => at < 0 ? -at : at >= side4 ? 2 * (side4 - 1) - at : at,
      wrap: (at, side4) => (at % side4 + side4) % side4
    };
    splitForward = {
      rowWork(layer3, inputs) {
        const known4 = inputs.map((input) => input && { ...input, known: () => input });
        const { shape: shape2 } = inputs[0];
        const at = wrapDim(layer3.axis, shape2.length);
        const [outer, inner] = [sizeOf(shape2.slice(0, at)), sizeOf(shape2.slice(at + 1))];
        let from = 0;
        const copies = splitShape(layer3, known4).map(({ shape: own }, output) => {
          const run = own[at] * inner;
          const fromSteps = [shape2[at] * inner, 1];
          const copy = { input: 0, output, sides: [outer, run], from, fromSteps, to: 0, toSteps: [run, 1] };
          from += run;
          return copy;
        });
        return { work: "copies", copies, fill: null };
      },
      run({ axis }, [x], outputs) {
        const { shape: shape2 } = x;
        const at = wrapDim(axis, shape2.length);
        const outer = sizeOf(shape2.slice(0, at));
        const inner = sizeOf(shape2.slice(at + 1));
        let from = 0;
        for (let block = 0; block < outer; block++) {
          for (const y of outputs) {
            const run = y.shape[at] * inner;
            y.data.set(x.data.subarray(from, from + run), block * run);
            from += run;
          }
        }
      }
    };
    concatBackward = movedBackward(concatForward, (inputs) => inputs.map((_, i) => i), "all");
    transposeBackward = movedBackward(transposeForward);
    expandBackward = movedBackward(expandForward);
    splitBackward = movedBackward(splitForward);
    padBackward = movedBackward(padForward, firstInput, [0], { ignores: 2 });
    ARRANGE = {
      concat: {
        shape: concatShape,
        forward: concatForward,
        backward: concatBackward,
        reads: ({ dim }, { output }) => output.length < 3 ? SAME_PLACE : readsBeforeMaps([wrapDim(dim, output.length)], output.length),
        explain: { formula: () => "taken from one of its inputs", terms: takenFrom },
        words: ({ dim }) => `concat dim ${dim}`,
        growth: "passes",
        keepsSilence: true
      },
      transpose: {
        shape: transposeShape,
        forward: transposeForward,
        backward: transposeBackward,
        reads: ({ perm }, { output: { length } }) => readsBeforeMaps(
          (perm ?? []).filter((from, to) => from !== to),
          perm === null ? 0 : length
        ),
        explain: null,
        words: kindWords
      },
      expand: {
        shape: expandShape,
        forward: expandForward,
        backward: expandBackward,
        reads: () => SAME_PLACE,
        explain: null,
        words: kindWords,
        learnt: []
      },
      pad: {
        shape: padShape,
        forward: padForward,
        backward: padBackward,
        reads({ mode }, { inputs: [x], output, known: known4 }) {
          const [pads, axes, rank] = [known4(1), known4(3), x.length];
          if (!pads || rank < 3) return null;
          const sides = sidesOf(pads, axes, rank);
          const along = (axis) => {
            const [padBefore, padAfter] = sides[axis];
            const window = { size: x[axis], kernel: 1, stride: 1, dilation: 1, padBefore, padAfter, out: output[axis] };
            return { by: "window", axis: window, mode: PADDING_MODES[mode] };
          };
          return [along(rank - 2), along(rank - 1)];
        },
        explain: null,
        words: kindWords,
        learnt: [],
        growth: "passes"
      },
      split: {
        shape: splitShape,
        forward: splitForward,
        backward: splitBackward,
        reads: ({ axis }, { output }) => readsBeforeMaps([wrapDim(axis, output.length)], output.length),
        explain: null,
        words: kindWords
      }
    };
    PADDING_MODES = {
      constant: "zeros",
      reflect: "reflect",
      edge: "replicate",
      wrap: "circular"
    };
  }
});

// src/layers/compare.ts
var compareShape, whereShape, COMPARISONS, compareForward, whereForward, whereBackward, COMPARE;
var init_compare = __esm({
  "src/layers/compare.ts"() {
    "use strict";
    init_errors();
    init_broadcast();
    init_family();
    init_inputs();
    init_moving();
    compareShape = (_, inputs) => {
      sameType(required(inputs, 0, "a").dtype, required(inputs, 1, "b"), "input 2");
      return [{ dtype: "bool", shape: broadcastAll(inputs) }];
    };
    whereShape = (_, inputs) => {
      const condition = required(inputs, 0, "condition");
      if (condition.dtype !== "bool") throw new CnnvizError("shape", `condition: expected bool, got ${condition.dtype}`);
      const { dtype } = required(inputs, 1, "a");
      sameType(dtype, required(inputs, 2, "b"), "input 3");
      return [{ dtype, shape: broadcastAll(inputs) }];
    };
    COMPARISONS = {
      equal: pairLoop((a, b) => a === b ? 1 : 0),
      greater: pairLoop((a, b) => a > b ? 1 : 0),
      greater_or_equal: pairLoop((a, b) => a >= b ? 1 : 0),
      less: pairLoop((a, b) => a < b ? 1 : 0),
      less_or_equal: pairLoop((a, b) => a <= b ? 1 : 0),
      and: pairLoop((a, b) => a !== 0 && b !== 0 ? 1 : 0),
      or: pairLoop((a, b) => a !== 0 || b !== 0 ? 1 : 0),
      xor: pairLoop((a, b) => a !== 0 === (b !== 0) ? 0 : 1)
    };
    compareForward = {
      run: ({ name }, [a, b], [y]) => combinePairs(COMPARISONS[name], a, b, y)
    };
    whereForward = {
      run(_, [condition, a, b], [y]) {
        const plan = planBroadcast(y.shape, [condition.shape, a.shape, b.shape]);
        const count = plan.sides[plan.sides.length - 1];
        const [cStep, aStep, bStep] = plan.steps.map((steps) => steps[steps.length - 1]);
        eachRow(plan, (o, [c, p, q]) => {
          for (let i = 0; i < count; i++) {
            y.data[o + i] = condition.data[c + i * cStep] === 0 ? b.data[q + i * bStep] : a.data[p + i * aStep];
          }
        });
      }
    };
    whereBackward = movedBackward(whereForward, () => [1, 2], [1, 2]);
    COMPARE = {
      compare: {
        shape: compareShape,
        forward: compareForward,
        backward: WHOLE_NUMBERS,
        reads: () => SAME_PLACE,
        explain: null,
        words: kindWords
      },
      where: {
        shape: whereShape,
        forward: whereForward,
        backward: whereBackward,
        reads: () => SAME_PLACE,
        explain: { formula: () => "a where the condition holds, else b", terms: broadcastTerms },
        words: kindWords,
        growth: "passes"
      }
    };
  }
});

// src/layers/indexing.ts
function sliceRuns(shape2, starts, ends, axes, steps) {
  const named2 = checkedAxes(axes ?? starts.map((_, axis) => axis), shape2.length);
  if (ends.length !== starts.length || named2.length !== starts.length || steps && steps.length !== starts.length) {
    throw new CnnvizError(
      "shape",
      `slice: expected as many starts, ends, axes and steps, got ${starts.length}, ${ends.length}, ${named2.length}, ${steps?.length ?? starts.length}`
    );
  }
  const runs = shape2.map((side4) => ({ start: 0, step: 1, count: side4 }));
  for (const [i, axis] of named2.entries()) {
    const side4 = shape2[axis];
    const step2 = steps?.[i] ?? 1;
    if (step2 === 0) throw new CnnvizError("shape", `slice along axis ${axis}: step 0`);
    const [least, most] = step2 > 0 ? [0, side4] : [-1, side4 - 1];
    const within = (at) => Math.min(Math.max(at < 0 ? at + side4 : at, least), most);
    const [start, end] = [within(starts[i]), within(ends[i])];
    runs[axis] = { start, step: step2, count: Math.max(0, Math.ceil((end - start) / step2)) };
  }
  return runs;
}
function sliced([x, starts, ends, axes, steps]) {
  const list = (value) => value ? [...value.data] : null;
  const runs = sliceRuns(x.shape, list(starts), list(ends), list(axes), list(steps));
  const strides = rowMajor(x.shape);
  return {
    start: runs.reduce((sum2, run, axis) => sum2 + run.start * strides[axis], 0),
    sides: runs.map(({ count }) => count),
    steps: runs.map(({ step: step2 }, axis) => step2 * strides[axis])
  };
}
var gatherShape, sliceShape, MOST_SLICES, gatherForward, sliceForward, gatherBackward, sliceBackward, INDEXING;
var init_indexing = __esm({
  "src/layers/indexing.ts"() {
    "use strict";
    init_errors();
    init_tensor();
    init_family();
    init_inputs();
    init_moving();
    gatherShape = ({ axis }, inputs) => {
      const { dtype, shape: shape2 } = required(inputs, 0, "x");
      const indices = required(inputs, 1, "indices");
      if (shape2.length === 0) throw new CnnvizError("shape", "gather from a scalar");
      const at = wrapDim(axis, shape2.length);
      const outside = indices.known()?.data.find((index) => index < -shape2[at] || index >= shape2[at]);
      if (outside !== void 0) {
        throw new CnnvizError("shape", `index ${outside} lies outside axis ${axis} of ${shape2[at]}`);
      }
      return [{ dtype, shape: checkedShape([...shape2.slice(0, at), ...indices.shape, ...shape2.slice(at + 1)]) }];
    };
    sliceShape = (_, inputs) => {
      const { dtype, shape: shape2 } = required(inputs, 0, "x");
      required(inputs, 1, "starts");
      required(inputs, 2, "ends");
      const [starts, ends] = [knownIntegers(inputs, 1, "starts"), knownIntegers(inputs, 2, "ends")];
      const runs = sliceRuns(shape2, starts, ends, knownIntegers(inputs, 3, "axes"), knownIntegers(inputs, 4, "steps"));
      return [{ dtype, shape: runs.map(({ count }) => count) }];
    };
    MOST_SLICES = 4096;
    gatherForward = {
      rowWork({ axis }, [x, indices]) {
        const { shape: shape2 } = x;
        const at = wrapDim(axis, shape2.length);
        const [outer, side4, run] = [sizeOf(shape2.slice(0, at)), shape2[at], sizeOf(shape2.slice(at + 1))];
        const places = [...indices.data].map((index) => index < 0 ? index + side4 : index);
        if (places.length > MOST_SLICES) return null;
        const steps = { fromSteps: [side4 * run, 1], toSteps: [places.length * run, 1] };
        const copies = places.flatMap((place, i) => {
          if (!(place >= 0 && place < side4)) return [];
          return [{ input: 0, output: 0, sides: [outer, run], from: place * run, to: i * run, ...steps }];
        });
        return { work: "copies", copies, fill: copies.length === places.length ? null : 0 };
      },
      run({ axis }, [x, indices], [y]) {
        const { shape: shape2, data } = x;
        const at = wrapDim(axis, shape2.length);
        const side4 = shape2[at];
        const run = sizeOf(shape2.slice(at + 1));
        const outer = sizeOf(shape2.slice(0, at));
        let o = 0;
        for (let block = 0; block < outer; block++) {
          for (const index of indices.data) {
            const from = (block * side4 + (index < 0 ? index + side4 : index)) * run;
            if (index >= -side4 && index < side4) y.data.set(data.subarray(from, from + run), o);
            else y.data.fill(0, o, o + run);
            o += run;
          }
        }
      }
    };
    sliceForward = {
      rowWork(_, inputs) {
        const { start, sides, steps } = sliced(inputs);
        return strided(start, sides, steps);
      },
      run(_, inputs, [y]) {
        const { start, sides, steps } = sliced(inputs);
        copyStrided(inputs[0].data, start, sides, steps, y.data);
      }
    };
    gatherBackward = movedBackward(gatherForward);
    sliceBackward = movedBackward(sliceForward);
    INDEXING = {
      gather: {
        shape: gatherShape,
        forward: gatherForward,
        backward: gatherBackward,
        reads: ({ axis }, { inputs: [x], output }) => output.length === x.length ? readsBeforeMaps([wrapDim(axis, x.length)], x.length) : null,
        explain: null,
        words: kindWords,
        learnt: []
      },
      slice: {
        shape: sliceShape,
        forward: sliceForward,
        backward: sliceBackward,
        reads(_, { inputs: [x, , , axes, steps], known: known4 }) {
          const [starts, ends] = [known4(1), known4(2)];
          const rank = x.length;
          if (!starts || !ends || axes && !known4(3) || steps && !known4(4) || rank < 3) return null;
          const runs = sliceRuns(x, starts, ends, axes ? known4(3) : null, steps ? known4(4) : null);
          const [rows, columns] = [rank - 2, rank - 1].map((axis) => {
            const { start, step: step2, count } = runs[axis];
            const [size, out] = [x[axis], count];
            if (start === 0 && step2 === 1 && out === size) return { by: "place" };
            if (step2 < 0) return null;
            const window = { size, kernel: 1, stride: step2, dilation: 1, padBefore: -start, padAfter: 0, out };
            return { by: "window", axis: window, mode: "zeros" };
          });
          return rows && columns && [rows, columns];
        },
        explain: null,
        words: kindWords,
        learnt: []
      }
    };
  }
});

// src/core/order.ts
function multiplyInOrder(a, b, [rows, inner, columns], y, start) {
  const run = new Float32Array(columns);
  const chunk = new Float32Array(columns);
  const total = new Float64Array(columns);
  for (let i = 0; i < rows; i++) {
    total.fill(0);
    for (let k = 0; k < inner; k += CHUNK) {
      chunk.fill(0);
      for (let r = k; r < Math.min(k + CHUNK, inner); r += RUN) {
        run.fill(0);
        for (let t = r; t < Math.min(r + RUN, k + CHUNK, inner); t++) {
          const factor = a.data[a.start + i * a.rowStep + t * a.columnStep];
          const from = b.start + t * b.rowStep;
          for (let j = 0; j < columns; j++) run[j] += Math.fround(factor * b.data[from + j * b.columnStep]);
        }
        for (let j = 0; j < columns; j++) chunk[j] += run[j];
      }
      for (let j = 0; j < columns; j++) total[j] += chunk[j];
    }
    y.set(total, start + i * columns);
  }
}
var RUN, CHUNK;
var init_order = __esm({
  "src/core/order.ts"() {
    "use strict";
    RUN = 32;
    CHUNK = 256;
  }
});

// src/layers/matrix.ts
function matmulSides(a, b) {
  if (a.length === 0 || b.length === 0) throw new CnnvizError("shape", "a matrix product of a scalar");
  const [rows, inner] = a.length === 1 ? [1, a[0]] : a.slice(-2);
  const [depth, columns] = b.length === 1 ? [b[0], 1] : b.slice(-2);
  if (inner !== depth) {
    throw new CnnvizError("shape", `[${a.join(", ")}] times [${b.join(", ")}]: ${inner} columns meet ${depth} rows`);
  }
  return { batch: broadcastShapes(a.slice(0, -2), b.slice(0, -2)), rows, inner, columns };
}
function sameType2(a, b) {
  if (a.dtype !== b.dtype) throw new CnnvizError("shape", `a product of ${a.dtype} and ${b.dtype}: expected one type`);
}
function multiply(a, b, rows, inner, columns, total) {
  total.fill(0);
  for (let i = 0; i < rows; i++) {
    const o = i * columns;
    for (let k = 0; k < inner; k++) {
      const factor = a.data[a.start + i * a.rowStep + k * a.columnStep];
      const from = b.start + k * b.rowStep;
      if (b.columnStep === 1) for (let j = 0; j < columns; j++) total[o + j] += factor * b.data[from + j];
      else for (let j = 0; j < columns; j++) total[o + j] += factor * b.data[from + j * b.columnStep];
    }
  }
}
function productsOf(a, b) {
  const { batch, rows, inner, columns } = matmulSides(a, b);
  const plan = planBroadcast(batch, [a.slice(0, -2), b.slice(0, -2)]);
  const count = plan.sides[plan.sides.length - 1];
  const [aStep, bStep] = plan.steps.map((steps) => steps[steps.length - 1]);
  const together = bStep === 0 && aStep === 1 ? count : 1;
  const starts = [];
  eachRow(plan, (_, [p, q]) => {
    for (let i = count - together; i >= 0; i -= together) {
      starts.push([(p + i * aStep) * rows * inner, (q + i * bStep) * inner * columns]);
    }
  });
  return {
    rows: rows * together,
    inner,
    columns,
    left: { rowStep: inner, columnStep: 1 },
    right: { rowStep: columns, columnStep: 1 },
    starts: starts.reverse()
  };
}
function gemmProduct({ transA, transB }, a, b) {
  const [rows, inner] = transA ? [a[1], a[0]] : a;
  const columns = b[transB ? 0 : 1];
  return { rows, inner, columns, left: placeOf(a, transA), right: placeOf(b, transB), starts: [[0, 0]] };
}
function matrixOf({ data, shape: shape2 }, transposed3) {
  return { data, ...placeOf(shape2, transposed3) };
}
function addRow(target, at, factor, row, from, count) {
  for (let k = 0; k < count; k++) target[at + k] += factor * row[from + k];
}
function unmultiply(y, a, b, [rows, inner, columns]) {
  const right = a.dx ? b.data() : null;
  const left = b.dx ? a.data() : null;
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < inner; k++) {
      const atA = a.start + i * a.rowStep + k * a.columnStep;
      const rowOfB = b.start + k * b.rowStep;
      let sum2 = 0;
      for (let j = 0; j < columns; j++) {
        const gradient2 = y.scale * y.dy[y.start + i * columns + j];
        const atB = rowOfB + j * b.columnStep;
        if (right) sum2 += gradient2 * right[atB];
        if (left) b.dx[atB] += gradient2 * left[atA];
      }
      if (a.dx) a.dx[atA] += sum2;
    }
  }
}
function placeOf(shape2, transposed3) {
  const [rowStep, columnStep] = rowMajor(shape2);
  return transposed3 ? { start: 0, rowStep: columnStep, columnStep: rowStep } : { start: 0, rowStep, columnStep };
}
var linearShape, matmulShape, gemmShape, matmulForward, gemmForward, linearBackward, matmulBackward, gemmBackward, MATRIX;
var init_matrix = __esm({
  "src/layers/matrix.ts"() {
    "use strict";
    init_errors();
    init_order();
    init_tensor();
    init_values();
    init_broadcast();
    init_family();
    init_inputs();
    linearShape = (_, inputs) => {
      const x = required(inputs, 0, "x");
      const { shape: shape2 } = required(inputs, 1, "weight");
      if (shape2.length !== 2) throw new CnnvizError("shape", `weight: expected [M, K], got [${shape2.join(", ")}]`);
      const [M, K] = shape2;
      if (x.shape.length === 0 || x.shape.at(-1) !== K) {
        throw new CnnvizError("shape", `a linear layer of ${K} inputs reads [..., ${K}], got [${x.shape.join(", ")}]`, {
          fix: x.shape.length > 2 ? "flatten the maps before it" : "weight is [outputs, inputs]"
        });
      }
      checkBias(inputs[2], M);
      return [{ dtype: "float32", shape: [...x.shape.slice(0, -1), M] }];
    };
    matmulShape = (_, inputs) => {
      const [a, b] = [required(inputs, 0, "a"), required(inputs, 1, "b")];
      sameType2(a, b);
      const { batch, rows, columns } = matmulSides(a.shape, b.shape);
      const shape2 = [...batch, ...a.shape.length === 1 ? [] : [rows], ...b.shape.length === 1 ? [] : [columns]];
      return [{ dtype: a.dtype, shape: checkedShape(shape2) }];
    };
    gemmShape = ({ transA, transB }, inputs) => {
      const [a, b] = [required(inputs, 0, "A"), required(inputs, 1, "B")];
      sameType2(a, b);
      if (a.shape.length !== 2 || b.shape.length !== 2) {
        throw new CnnvizError("shape", `gemm: expected two matrices, got [${a.shape.join(", ")}], [${b.shape.join(", ")}]`);
      }
      const [rows, inner] = transA ? [a.shape[1], a.shape[0]] : a.shape;
      const [depth, columns] = transB ? [b.shape[1], b.shape[0]] : b.shape;
      if (inner !== depth) throw new CnnvizError("shape", `gemm: ${inner} columns of A meet ${depth} rows of B`);
      const c = inputs[2];
      if (c) {
        sameType2(a, c);
        const [height, width, ...more] = broadcastShapes([rows, columns], c.shape);
        if (height !== rows || width !== columns || more.length > 0) {
          throw new CnnvizError("shape", `C: expected what fits [${rows}, ${columns}], got [${c.shape.join(", ")}]`);
        }
      }
      return [{ dtype: a.dtype, shape: checkedShape([rows, columns]) }];
    };
    matmulForward = {
      products: (_, [a, b]) => productsOf(a, b),
      rowWork: (_, [a, b]) => ({ work: "matrix", products: productsOf(a.shape, b.shape) }),
      run(_, [a, b], [y]) {
        const { rows, inner, columns, left, right, starts } = productsOf(a.shape, b.shape);
        const total = y.data instanceof Float32Array ? null : new Float64Array(rows * columns);
        for (const [n, [aStart, bStart]] of starts.entries()) {
          const [p, q] = [
            { data: a.data, start: aStart, ...left },
            { data: b.data, start: bStart, ...right }
          ];
          const o = n * rows * columns;
          if (y.data instanceof Float32Array) multiplyInOrder(p, q, [rows, inner, columns], y.data, o);
          else {
            multiply(p, q, rows, inner, columns, total);
            y.data.set(total, o);
          }
        }
      }
    };
    gemmForward = {
      products: (layer3, [a, b]) => gemmProduct(layer3, a, b),
      rowWork(layer3, [a, b, c]) {
        if (layer3.alpha !== 1 || c && layer3.beta !== 1) return null;
        return { work: "matrix", products: gemmProduct(layer3, a.shape, b.shape) };
      },
      run({ alpha, beta, transA, transB }, [a, b, c], [y]) {
        const [rows, columns] = y.shape;
        const inner = a.shape[transA ? 0 : 1];
        const [left, right] = [matrixOf(a, transA), matrixOf(b, transB)];
        const total = { data: new Float64Array(rows * columns), shape: y.shape };
        if (y.data instanceof Float32Array) {
          multiplyInOrder(left, right, [rows, inner, columns], y.data, 0);
          total.data.set(y.data);
        } else multiply(left, right, rows, inner, columns, total.data);
        for (let i = 0; i < total.data.length; i++) total.data[i] *= alpha;
        if (c) {
          combinePairs(
            (sum2, p, pStep, added, q, qStep, out, o, count) => {
              for (let i = count - 1; i >= 0; i--) out[o + i] = sum2[p + i * pStep] + beta * added[q + i * qStep];
            },
            total,
            c,
            total
          );
        }
        if (isFloat(y.dtype)) y.data.set(total.data);
        else for (let i = 0; i < total.data.length; i++) y.data[i] = Math.trunc(total.data[i]);
      }
    };
    linearBackward = {
      run(_, { x, dy, dx }) {
        const { data: weight, shape: shape2 } = x(1);
        const [M, K] = shape2;
        const rows = dy[0].length / M;
        for (let m = 0; m < M; m++) {
          for (let n = 0; n < rows; n++) {
            const gradient2 = dy[0][n * M + m];
            if (gradient2 === 0) continue;
            addRow(dx[0], n * K, gradient2, weight, m * K, K);
          }
        }
      }
    };
    matmulBackward = {
      needs: "inputs",
      reaches: "all",
      run(_, { inputs, x, dy, dx }) {
        const [a, b] = [inputs[0].shape, inputs[1].shape];
        const { batch, rows, inner, columns } = matmulSides(a, b);
        const plan = planBroadcast(batch, [a.slice(0, -2), b.slice(0, -2)]);
        const count = plan.sides[plan.sides.length - 1];
        const [aStep, bStep] = plan.steps.map((steps) => steps[steps.length - 1]);
        eachRow(plan, (o, [p, q]) => {
          for (let i = 0; i < count; i++) {
            const left = { start: (p + i * aStep) * rows * inner, rowStep: inner, columnStep: 1 };
            const right = { start: (q + i * bStep) * inner * columns, rowStep: columns, columnStep: 1 };
            unmultiply(
              { dy: dy[0], start: (o + i) * rows * columns, scale: 1 },
              { ...left, data: () => x(0).data, dx: dx[0] },
              { ...right, data: () => x(1).data, dx: dx[1] },
              [rows, inner, columns]
            );
          }
        });
      }
    };
    gemmBackward = {
      needs: "inputs",
      reaches: "all",
      run({ alpha, beta, transA, transB }, { inputs, outputs, x, dy, dx }) {
        const [rows, columns] = outputs[0].shape;
        const a = inputs[0].shape;
        const inner = a[transA ? 0 : 1];
        if (dx[0] || dx[1]) {
          unmultiply(
            { dy: dy[0], start: 0, scale: alpha },
            { ...placeOf(a, transA), data: () => x(0).data, dx: dx[0] },
            { ...placeOf(inputs[1].shape, transB), data: () => x(1).data, dx: dx[1] },
            [rows, inner, columns]
          );
        }
        const added = dx[2];
        if (!added) return;
        eachElement(planBroadcast(outputs[0].shape, [inputs[2].shape]), (o, [p]) => {
          added[p] += beta * dy[0][o];
        });
      }
    };
    MATRIX = {
      /** Computed by the planner as a convolution of one pixel. */
      linear: {
        shape: linearShape,
        forward: "conv",
        backward: linearBackward,
        reads: () => WHOLE_MAP,
        explain: "planned",
        words: (_, [, weight]) => `linear ${weight?.[1] ?? "?"} \u2192 ${weight?.[0] ?? "?"}`,
        macs: (_, [, weight], output) => sizeOf(output) * weight[1],
        growth: "grows"
      },
      matmul: {
        shape: matmulShape,
        forward: matmulForward,
        backward: matmulBackward,
        reads: () => WHOLE_MAP,
        explain: null,
        words: kindWords,
        macs: (_, [a], output) => sizeOf(output) * (a.at(-1) ?? 1),
        growth: "grows"
      },
      gemm: {
        shape: gemmShape,
        forward: gemmForward,
        backward: gemmBackward,
        reads: () => WHOLE_MAP,
        explain: null,
        words: kindWords,
        macs: ({ transA }, [a], output) => sizeOf(output) * a[transA ? 0 : 1],
        growth: "grows"
      }
    };
  }
});

// src/layers/norm.ts
function inversePower(beta) {
  if (beta === 0.5) return (value) => 1 / Math.sqrt(value);
  if (beta === 0.75) return (value) => 1 / (Math.sqrt(value) * Math.sqrt(Math.sqrt(value)));
  if (beta === 1) return (value) => 1 / value;
  return (value) => power(value, -beta);
}
function batchNormAffine({ eps }, inputs) {
  const [, weight, bias, mean, variance] = inputs;
  const scale2 = Float64Array.from(variance.data, (value, c) => (weight?.data[c] ?? 1) / Math.sqrt(value + eps));
  return { scale: scale2, shift: scale2.map((factor, c) => (bias?.data[c] ?? 0) - mean.data[c] * factor) };
}
var lrnShape, batchNormShape, lrnForward, lrnBackward, batchNormForward, batchNormBackward, standardizeShape, standardizeForward, standardizeBackward, NORM;
var init_norm = __esm({
  "src/layers/norm.ts"() {
    "use strict";
    init_errors();
    init_math();
    init_tensor();
    init_family();
    init_inputs();
    lrnShape = ({ size }, inputs) => {
      const { dtype, shape: shape2 } = required(inputs, 0, "x");
      if (shape2.length < 2) throw new CnnvizError("shape", `expected an array [N, C, ...], got [${shape2.join(", ")}]`);
      if (!Number.isInteger(size) || size < 1)
        throw new CnnvizError("usage", `size ${size}: expected a whole number from 1`);
      return [{ dtype: dtype === "float64" ? "float64" : "float32", shape: shape2 }];
    };
    batchNormShape = (_, inputs) => {
      const { dtype, shape: shape2 } = required(inputs, 0, "x");
      const C = shape2[channelAxis(shape2)];
      if (shape2.length < 1) throw new CnnvizError("shape", "expected an array [N, C, ...], got a scalar");
      const names = ["weight", "bias", "running_mean", "running_var"];
      for (const [i, name] of names.entries()) {
        const parameter2 = i < 2 ? inputs[i + 1] : required(inputs, i + 1, name);
        if (parameter2 && (parameter2.shape.length !== 1 || parameter2.shape[0] !== C)) {
          throw new CnnvizError("shape", `${name}: expected [${C}], got [${parameter2.shape.join(", ")}]`);
        }
      }
      return [{ dtype: dtype === "float64" ? "float64" : "float32", shape: shape2 }];
    };
    lrnForward = {
      run({ size, alpha, beta, k }, [x], [y]) {
        const [N, C, ...sides] = x.shape;
        const plane = sizeOf(sides);
        const [before, after] = [Math.floor(size / 2), Math.floor((size - 1) / 2)];
        const shrink = inversePower(beta);
        for (let n = 0; n < N; n++) {
          for (let c = 0; c < C; c++) {
            const [first, last] = [Math.max(0, c - before), Math.min(C - 1, c + after)];
            const start = (n * C + c) * plane;
            for (let i = 0; i < plane; i++) {
              let sum2 = 0;
              for (let at = (n * C + first) * plane + i, end = (n * C + last) * plane + i; at <= end; at += plane) {
                sum2 += x.data[at] * x.data[at];
              }
              y.data[start + i] = x.data[start + i] * shrink(k + alpha * sum2 / size);
            }
          }
        }
      }
    };
    lrnBackward = {
      needs: "inputs",
      run({ size, alpha, beta, k }, { x, dy, dx }) {
        const { data, shape: shape2 } = x(0);
        const [N, C, ...sides] = shape2;
        const plane = sizeOf(sides);
        const [before, after] = [Math.floor(size / 2), Math.floor((size - 1) / 2)];
        const shrink = inversePower(beta);
        const sums = new Float64Array(C);
        const shares = new Float64Array(C);
        for (let n = 0; n < N; n++) {
          for (let i = 0; i < plane; i++) {
            const at = (c) => (n * C + c) * plane + i;
            for (let c = 0; c < C; c++) {
              let sum2 = 0;
              for (let j = Math.max(0, c - before); j <= Math.min(C - 1, c + after); j++) sum2 += data[at(j)] * data[at(j)];
              sums[c] = k + alpha * sum2 / size;
              shares[c] = dy[0][at(c)] * data[at(c)] * shrink(sums[c]) / sums[c];
            }
            for (let j = 0; j < C; j++) {
              let share = 0;
              for (let c = Math.max(0, j - after); c <= Math.min(C - 1, j + before); c++) share += shares[c];
              dx[0][at(j)] += dy[0][at(j)] * shrink(sums[j]) - 2 * alpha * beta / size * data[at(j)] * share;
            }
          }
        }
      }
    };
    batchNormForward = {
      memory: "in-place",
      perChannel: [1, 2, 3, 4],
      rowWork: (layer3, inputs) => ({
        work: "affine",
        affine: batchNormAffine(layer3, inputs),
        axis: channelAxis(inputs[0].shape)
      }),
      run(layer3, inputs, [y]) {
        const [x] = inputs;
        const { scale: scale2, shift } = batchNormAffine(layer3, inputs);
        const axis = channelAxis(x.shape);
        const C = x.shape[axis];
        const images = sizeOf(x.shape.slice(0, axis));
        const plane = sizeOf(x.shape.slice(axis + 1));
        for (let n = 0, i = 0; n < images; n++) {
          for (let c = 0; c < C; c++) {
            const [factor, term] = [scale2[c], shift[c]];
            for (const end = i + plane; i < end; i++) y.data[i] = x.data[i] * factor + term;
          }
        }
      }
    };
    batchNormBackward = {
      run(layer3, { inputs, x, dy, dx }) {
        const numbers3 = inputs.map((input, i) => input === null || i === 0 ? null : x(i));
        const { scale: scale2 } = batchNormAffine(layer3, numbers3);
        const { shape: shape2 } = inputs[0];
        const plane = sizeOf(shape2.slice(channelAxis(shape2) + 1));
        const [gradient2, own] = [dy[0], dx[0]];
        for (let i = 0; i < own.length; i++) own[i] += gradient2[i] * scale2[Math.floor(i / plane) % scale2.length];
      }
    };
    standardizeShape = (_, inputs) => {
      const { shape: shape2 } = required(inputs, 0, "x");
      const [D] = required(inputs, 1, "mean").shape;
      if (shape2.length !== 2 || shape2[1] !== D) {
        throw new CnnvizError("shape", `expected features [N, ${D}], got [${shape2.join(", ")}]`, {
          fix: "give images of the size it was trained on"
        });
      }
      return [{ dtype: "float64", shape: shape2 }];
    };
    standardizeForward = {
      run(_, [x, mean, std], [y]) {
        const D = mean.data.length;
        for (let i = 0; i < y.data.length; i++) {
          y.data[i] = Math.fround((x.data[i] - mean.data[i % D]) / std.data[i % D]);
        }
      }
    };
    standardizeBackward = {
      run(_, { x, dy, dx }) {
        const std = x(2).data;
        for (let i = 0; i < dx[0].length; i++) dx[0][i] += dy[0][i] / std[i % std.length];
      }
    };
    NORM = {
      lrn: {
        shape: lrnShape,
        forward: lrnForward,
        backward: lrnBackward,
        reads: () => SAME_PLACE,
        explain: {
          formula: ({ size, alpha, beta, k }) => `x / (${k} + ${alpha}/${size} \xB7 \u03A3 x\xB2)^${beta}`,
          terms({ size }, { output }, index) {
            const all = alongAxis(output, channelAxis(output), index);
            const own = all.indexOf(index);
            const [before, after] = [Math.floor(size / 2), Math.floor((size - 1) / 2)];
            const around = all.slice(Math.max(0, own - before), own + after + 1).filter((at) => at !== index);
            return [index, ...around].map((at) => ({ input: 0, index: at }));
          }
        },
        words: ({ size }) => `lrn ${size}`
      },
      batch_norm: {
        shape: batchNormShape,
        forward: batchNormForward,
        backward: batchNormBackward,
        reads: () => SAME_PLACE,
        explain: {
          formula: () => "x \xB7 scale + shift",
          terms: "place",
          numbers(layer3, inputs, { output }, index) {
            const axis = channelAxis(output);
            const channel = Math.floor(index / sizeOf(output.slice(axis + 1))) % output[axis];
            const { scale: scale2, shift } = batchNormAffine(layer3, inputs);
            return { scale: scale2[channel], shift: shift[channel] };
          }
        },
        words: kindWords,
        // weight and bias; running statistics are not counted, as in torch
        learnt: [1, 2],
        growth: "grows"
      },
      standardize: {
        shape: standardizeShape,
        forward: standardizeForward,
        backward: standardizeBackward,
        reads: () => SAME_PLACE,
        explain: {
          formula: () => "(x \u2212 mean) / std",
          terms: "place",
          numbers: (_, [, mean, std], __, index) => ({
            mean: mean.data[index % mean.data.length],
            std: std.data[index % std.data.length]
          })
        },
        words: kindWords,
        // measured, as running statistics are
        learnt: [],
        growth: "grows"
      }
    };
  }
});

// src/layers/reshape.ts
function copyNumbers(x, y) {
  if (x.data !== y.data) y.data.set(x.data);
}
var dropoutShape, flattenShape, flatten2dShape, reshapeShape, alignShape, squeezeShape, sameDataForward, dropoutForward, sameDataBackward, SAME_DATA, SQUEEZE, AS_IT_IS, RESHAPE;
var init_reshape = __esm({
  "src/layers/reshape.ts"() {
    "use strict";
    init_errors();
    init_tensor();
    init_family();
    init_inputs();
    dropoutShape = (_, inputs) => {
      const { dtype, shape: shape2 } = required(inputs, 0, "x");
      return [
        { dtype, shape: shape2 },
        { dtype: "bool", shape: shape2 }
      ];
    };
    flattenShape = ({ startDim, endDim }, inputs) => {
      const { dtype, shape: shape2 } = required(inputs, 0, "x");
      if (shape2.length === 0) return [{ dtype, shape: [1] }];
      const [start, end] = [wrapDim(startDim, shape2.length), wrapDim(endDim, shape2.length)];
      if (start > end) throw new CnnvizError("shape", `flatten: start_dim ${startDim} lies behind end_dim ${endDim}`);
      const flat = shape2.slice(start, end + 1).reduce((product, side4) => product * side4, 1);
      return [{ dtype, shape: [...shape2.slice(0, start), flat, ...shape2.slice(end + 1)] }];
    };
    flatten2dShape = ({ axis }, inputs) => {
      const { dtype, shape: shape2 } = required(inputs, 0, "x");
      const split2 = axis === shape2.length ? axis : shape2.length === 0 ? 0 : wrapDim(axis, shape2.length);
      return [{ dtype, shape: [sizeOf(shape2.slice(0, split2)), sizeOf(shape2.slice(split2))] }];
    };
    reshapeShape = ({ allowZero }, inputs) => {
      const { dtype, shape: shape2 } = required(inputs, 0, "x");
      required(inputs, 1, "shape");
      const wanted = knownIntegers(inputs, 1, "shape");
      const told = wanted.map((side4, axis) => side4 === 0 && !allowZero ? shape2[axis] ?? Number.NaN : side4);
      const size = sizeOf(shape2);
      const open3 = told.indexOf(-1);
      const rest = sizeOf(told.filter((_, axis) => axis !== open3));
      const filled = told.map((side4, axis) => axis === open3 ? rest === 0 ? 0 : size / rest : side4);
      if (filled.some((side4) => !Number.isInteger(side4) || side4 < 0) || sizeOf(filled) !== size) {
        throw new CnnvizError("shape", `[${shape2.join(", ")}] cannot become [${wanted.join(", ")}]`, {
          fix: `the new sides must multiply to ${size}`
        });
      }
      return [{ dtype, shape: checkedShape(filled) }];
    };
    alignShape = ({ axis }, inputs) => {
      const { dtype, shape: shape2 } = required(inputs, 0, "b");
      const { length } = required(inputs, 1, "a").shape;
      const behind = length - wrapDim(axis, length) - shape2.length;
      if (behind < 0) throw new CnnvizError("shape", `b [${shape2.join(", ")}] does not fit from axis ${axis} on`);
      return [{ dtype, shape: [...shape2, ...new Array(behind).fill(1)] }];
    };
    squeezeShape = ({ kind }, inputs) => {
      const { dtype, shape: shape2 } = required(inputs, 0, "x");
      const axes = knownIntegers(inputs, 1, "axes");
      if (kind === "squeeze") {
        const gone = axes ? checkedAxes(axes, shape2.length) : shape2.flatMap((side4, axis) => side4 === 1 ? [axis] : []);
        for (const axis of gone) {
          if (shape2[axis] !== 1) throw new CnnvizError("shape", `axis ${axis} of [${shape2.join(", ")}] is not 1`);
        }
        return [{ dtype, shape: shape2.filter((_, axis) => !gone.includes(axis)) }];
      }
      if (!axes) throw new CnnvizError("shape", "expected axes as input 2, found none");
      const rank = shape2.length + axes.length;
      const added = checkedAxes(axes, rank);
      let next = 0;
      return [{ dtype, shape: Array.from({ length: rank }, (_, axis) => added.includes(axis) ? 1 : shape2[next++]) }];
    };
    sameDataForward = {
      memory: "alias",
      run: (_, [x], [y]) => copyNumbers(x, y)
    };
    dropoutForward = {
      memory: "alias",
      run(_, [x], [y, mask]) {
        copyNumbers(x, y);
        mask?.data.fill(1);
      }
    };
    sameDataBackward = {
      run(_, { dy, dx }) {
        const [gradient2, own] = [dy[0], dx[0]];
        if (gradient2) for (let i = 0; i < own.length; i++) own[i] += gradient2[i];
      }
    };
    SAME_DATA = {
      forward: sameDataForward,
      backward: sameDataBackward,
      explain: { formula: () => "x, at another place", terms: "index" },
      words: kindWords
    };
    SQUEEZE = { ...SAME_DATA, shape: squeezeShape, reads: () => null };
    AS_IT_IS = {
      backward: sameDataBackward,
      reads: () => SAME_PLACE,
      explain: { formula: () => "x, as it is", terms: "place" },
      words: kindWords,
      keepsSilence: true
    };
    RESHAPE = {
      flatten: { ...SAME_DATA, shape: flattenShape, reads: () => WHOLE_MAP },
      flatten_2d: { ...SAME_DATA, shape: flatten2dShape, reads: () => WHOLE_MAP },
      reshape: { ...SAME_DATA, shape: reshapeShape, reads: () => null, learnt: [] },
      align: { ...SAME_DATA, shape: alignShape, reads: () => null, explain: null },
      squeeze: SQUEEZE,
      unsqueeze: SQUEEZE,
      dropout: { ...AS_IT_IS, shape: dropoutShape, forward: dropoutForward },
      identity: { ...AS_IT_IS, shape: sameShape, forward: sameDataForward }
    };
  }
});

// src/layers/pointwise.ts
var pointwiseShape, preluShape, clipShape, castShape, FUNCTIONS, FUNCTIONS_32, ROW_FUNCTIONS, pointwiseForward, preluForward, limits, clipForward, TWO_TO_64, castForward, step, TWO_OVER_SQRT_PI2, SLOPES, pointwiseBackward, preluBackward, clipBackward, POINTWISE;
var init_pointwise = __esm({
  "src/layers/pointwise.ts"() {
    "use strict";
    init_errors();
    init_math();
    init_math32();
    init_values();
    init_activation();
    init_broadcast();
    init_family();
    init_inputs();
    init_reshape();
    pointwiseShape = ({ name }, inputs) => {
      const { dtype, shape: shape2 } = required(inputs, 0, "x");
      if (!isFloat(dtype) && !["abs", "neg", "sign", "floor", "ceil", "round", "not"].includes(name)) {
        throw new CnnvizError("shape", `${name} of ${dtype}: expected floating point`);
      }
      return [{ dtype, shape: shape2 }];
    };
    preluShape = (_, inputs) => {
      const { dtype, shape: shape2 } = required(inputs, 0, "x");
      const slope = required(inputs, 1, "slope");
      sameType(dtype, slope, "slope");
      const both = broadcastShapes(shape2, slope.shape);
      if (both.length !== shape2.length || both.some((side4, axis) => side4 !== shape2[axis])) {
        throw new CnnvizError("shape", `slope [${slope.shape.join(", ")}] does not fit into x [${shape2.join(", ")}]`);
      }
      return [{ dtype, shape: shape2 }];
    };
    clipShape = (_, inputs) => {
      const { dtype, shape: shape2 } = required(inputs, 0, "x");
      for (const [i, name] of ["min", "max"].entries()) {
        const limit = inputs[i + 1];
        if (limit?.shape.some((side4) => side4 !== 1)) {
          throw new CnnvizError("shape", `${name}: expected a single number, got [${limit.shape.join(", ")}]`);
        }
      }
      return [{ dtype, shape: shape2 }];
    };
    castShape = ({ to }, inputs) => [{ dtype: to, shape: required(inputs, 0, "x").shape }];
    FUNCTIONS = {
      abs: Math.abs,
      neg: (x) => -x,
      sign: Math.sign,
      floor: Math.floor,
      ceil: Math.ceil,
      round: roundHalfToEven,
      reciprocal: (x) => 1 / x,
      sqrt: Math.sqrt,
      exp,
      log,
      erf,
      not: (x) => x === 0 ? 1 : 0,
      hard_sigmoid: (x, alpha, beta) => Math.max(0, Math.min(1, alpha * x + beta)),
      selu: (x, alpha, gamma) => x > 0 ? gamma * x : gamma * alpha * expm1(x),
      celu: (x, alpha) => Math.max(0, x) + Math.min(0, alpha * expm1(x / alpha)),
      mish: (x) => x * tanh(x > 20 ? x : log1p(exp(x))),
      softsign: (x) => x / (1 + Math.abs(x)),
      swish: (x, alpha) => x / (1 + exp(-alpha * x)),
      thresholded_relu: (x, alpha) => x > alpha ? x : Number.isNaN(x) ? x : 0
    };
    FUNCTIONS_32 = {
      exp: exp32,
      log: log32,
      erf: erf32,
      mish: mish32,
      swish: swish32
    };
    ROW_FUNCTIONS = [
      "abs",
      "neg",
      "floor",
      "ceil",
      "round",
      "sqrt",
      "reciprocal",
      "exp",
      "log",
      "erf",
      "hard_sigmoid",
      "mish",
      "swish"
    ];
    pointwiseForward = {
      memory: "in-place",
      run({ name, parameters }, [x], [y]) {
        const of = y.data instanceof Float32Array && FUNCTIONS_32[name] || FUNCTIONS[name];
        const [first = 0, second = 0] = parameters;
        for (let i = 0; i < y.data.length; i++) y.data[i] = of(x.data[i], first, second);
      },
      rowWork({ name, parameters: [first = 0, second = 0] }) {
        const of = ROW_FUNCTIONS.find((one) => one === name);
        return of === void 0 ? null : { work: "each", of, parameters: [first, second] };
      }
    };
    preluForward = {
      memory: "in-place",
      run(_, [x, slope], [y]) {
        combinePairs(
          (a, p, pStep, b, q, qStep, out, o, count) => {
            for (let i = count - 1; i >= 0; i--) {
              const value = a[p + i * pStep];
              out[o + i] = value < 0 ? value * b[q + i * qStep] : value;
            }
          },
          x,
          slope,
          y
        );
      }
    };
    limits = ([, lo, hi]) => [
      lo?.data[0] ?? Number.NEGATIVE_INFINITY,
      hi?.data[0] ?? Number.POSITIVE_INFINITY
    ];
    clipForward = {
      memory: "in-place",
      rowWork: (_, inputs) => ({ work: "each", of: "clip", parameters: limits(inputs) }),
      run(_, inputs, [y]) {
        const [x] = inputs;
        const [least, most] = limits(inputs);
        for (let i = 0; i < y.data.length; i++) y.data[i] = Math.min(Math.max(x.data[i], least), most);
      }
    };
    TWO_TO_64 = 2 ** 64;
    castForward = {
      run({ to }, [x], [y]) {
        const [from, out] = [x.data, y.data];
        if (to === "bool") for (let i = 0; i < out.length; i++) out[i] = from[i] === 0 ? 0 : 1;
        else if (to === "int64" || to === "uint64") {
          for (let i = 0; i < out.length; i++) {
            const whole = Math.trunc(from[i]) || 0;
            out[i] = to === "uint64" && whole < 0 ? whole + TWO_TO_64 : whole;
          }
        } else out.set(from);
      }
    };
    step = () => 0;
    TWO_OVER_SQRT_PI2 = 1.1283791670955126;
    SLOPES = {
      abs: (x) => Math.sign(x),
      neg: () => -1,
      sign: step,
      floor: step,
      ceil: step,
      round: step,
      not: step,
      reciprocal: (x) => -1 / (x * x),
      sqrt: (x) => 0.5 / Math.sqrt(x),
      exp,
      log: (x) => 1 / x,
      erf: (x) => TWO_OVER_SQRT_PI2 * exp(-x * x),
      hard_sigmoid: (x, alpha, beta) => alpha * x + beta > 0 && alpha * x + beta < 1 ? alpha : 0,
      selu: (x, alpha, gamma) => x > 0 ? gamma : gamma * alpha * exp(x),
      celu: (x, alpha) => x > 0 ? 1 : exp(x / alpha),
      mish: (x) => {
        const t = tanh(x > 20 ? x : log1p(exp(x)));
        return t + x * (1 - t * t) * sigmoid(x);
      },
      softsign: (x) => 1 / ((1 + Math.abs(x)) * (1 + Math.abs(x))),
      swish: (x, alpha) => {
        const s = sigmoid(alpha * x);
        return s + alpha * x * s * (1 - s);
      },
      thresholded_relu: (x, alpha) => x > alpha ? 1 : 0
    };
    pointwiseBackward = {
      needs: "inputs",
      run({ name, parameters }, { x, dy, dx }) {
        const [first = 0, second = 0] = parameters;
        addProducts(dx[0], dy[0], x(0).data, (value) => SLOPES[name](value, first, second));
      }
    };
    preluBackward = {
      needs: "inputs",
      reaches: "all",
      run(_, { outputs, x, dy, dx }) {
        const [value, slope] = [x(0), x(1)];
        eachElement(planBroadcast(outputs[0].shape, [value.shape, slope.shape]), (o, [p, q]) => {
          const isBelow = !(value.data[p] > 0);
          if (dx[0]) dx[0][p] += dy[0][o] * (isBelow ? slope.data[q] : 1);
          if (dx[1] && isBelow) dx[1][q] += dy[0][o] * value.data[p];
        });
      }
    };
    clipBackward = {
      needs: "inputs",
      run(_, { inputs, x, dy, dx }) {
        const least = inputs[1] ? x(1).data[0] : Number.NEGATIVE_INFINITY;
        const most = inputs[2] ? x(2).data[0] : Number.POSITIVE_INFINITY;
        addProducts(dx[0], dy[0], x(0).data, (value) => value >= least && value <= most ? 1 : 0);
      }
    };
    POINTWISE = {
      pointwise: {
        shape: pointwiseShape,
        forward: pointwiseForward,
        backward: pointwiseBackward,
        reads: () => SAME_PLACE,
        explain: { formula: ({ name }) => `${name}(x)`, terms: "place" },
        words: kindWords
      },
      prelu: {
        shape: preluShape,
        forward: preluForward,
        backward: preluBackward,
        reads: () => SAME_PLACE,
        explain: { formula: kindWords, terms: broadcastTerms },
        words: kindWords,
        growth: "grows"
      },
      clip: {
        shape: clipShape,
        forward: clipForward,
        backward: clipBackward,
        reads: () => SAME_PLACE,
        explain: { formula: kindWords, terms: "place" },
        words: kindWords,
        learnt: [],
        growth: "passes"
      },
      cast: {
        shape: castShape,
        forward: castForward,
        backward: sameDataBackward,
        reads: () => SAME_PLACE,
        explain: null,
        words: kindWords
      }
    };
  }
});

// src/layers/pool.ts
function axesOfPool(layer3, H, W) {
  return poolAxes(H, W, { ...layer3, dilation: layer3.kind === "max_pool" ? layer3.dilation : [1, 1] });
}
function flatWeights(kernel) {
  return new Float64Array(kernel).fill(1);
}
function gaussWeights(kernel, sigma) {
  const centre = (kernel - 1) / 2;
  return Float64Array.from({ length: kernel }, (_, k) => exp(-((k - centre) * (k - centre)) / (2 * sigma * sigma)));
}
function meanWeights(layer3, [rows, columns]) {
  const along = (axis, a) => layer3.kind === "gauss_pool" ? gaussWeights(axis.kernel, layer3.sigma[a]) : flatWeights(axis.kernel);
  const [down, across] = [along(rows, 0), along(columns, 1)];
  const fixed = layer3.kind === "avg_pool" ? layer3.divisorOverride : null;
  const divisorOf = (i, j) => fixed ?? weightWithin(rows, columns, down, across, i, j, layer3.countIncludePad);
  return { down, across, divisorOf };
}
function weightWithin(rows, columns, down, across, i, j, withPadding) {
  let sum2 = 0;
  for (let u = 0; u < rows.kernel; u++) {
    if (!counts(rows, i * rows.stride - rows.padBefore + u, withPadding)) continue;
    for (let v = 0; v < columns.kernel; v++) {
      if (counts(columns, j * columns.stride - columns.padBefore + v, withPadding)) sum2 += down[u] * across[v];
    }
  }
  return sum2;
}
function counts({ size, padAfter }, at, withPadding) {
  return withPadding ? at < size + padAfter : at >= 0 && at < size;
}
function largestIn(x, start, W, rows, columns, i, j) {
  let best = -1;
  for (let u = 0; u < rows.kernel; u++) {
    const row = i * rows.stride - rows.padBefore + u * rows.dilation;
    if (row < 0 || row >= rows.size) continue;
    for (let v = 0; v < columns.kernel; v++) {
      const column = j * columns.stride - columns.padBefore + v * columns.dilation;
      if (column < 0 || column >= columns.size) continue;
      const at = start + row * W + column;
      if (best < 0 || x[at] > x[best] || Number.isNaN(x[at])) best = at;
    }
  }
  return best;
}
var poolShape, maxPoolBackward, meanPoolBackward, WINDOWS, POOL;
var init_pool = __esm({
  "src/layers/pool.ts"() {
    "use strict";
    init_geometry();
    init_math();
    init_conv();
    init_inputs();
    poolShape = (layer3, inputs) => {
      const x = required(inputs, 0, "x");
      const [N, C, H, W] = imageShape(x.shape);
      const [rows, columns] = axesOfPool(layer3, H, W);
      return [
        {
          dtype: layer3.kind === "max_pool" ? x.dtype : "float32",
          shape: inRankOf(x, [N, C, rows.out, columns.out])
        }
      ];
    };
    maxPoolBackward = {
      needs: "inputs",
      run(layer3, { inputs, x, dy, dx }) {
        const [N, C, H, W] = imageShape(inputs[0].shape);
        const [rows, columns] = axesOfPool(layer3, H, W);
        const { data } = x(0);
        for (let plane = 0, o = 0; plane < N * C; plane++) {
          for (let i = 0; i < rows.out; i++) {
            for (let j = 0; j < columns.out; j++, o++) {
              if (dy[0][o] !== 0) dx[0][largestIn(data, plane * H * W, W, rows, columns, i, j)] += dy[0][o];
            }
          }
        }
      }
    };
    meanPoolBackward = {
      run(layer3, { inputs, dy, dx }) {
        const [N, C, H, W] = imageShape(inputs[0].shape);
        const [rows, columns] = axesOfPool(layer3, H, W);
        const { down, across, divisorOf } = meanWeights(layer3, [rows, columns]);
        const plane = rows.out * columns.out;
        for (let i = 0; i < rows.out; i++) {
          for (let j = 0; j < columns.out; j++) {
            const divisor = divisorOf(i, j);
            const [top, left] = [i * rows.stride - rows.padBefore, j * columns.stride - columns.padBefore];
            for (let p = 0; p < N * C; p++) {
              const share = dy[0][p * plane + i * columns.out + j] / divisor;
              if (share === 0) continue;
              for (let u = Math.max(0, -top); u < rows.kernel && top + u < H; u++) {
                const at = p * H * W + (top + u) * W + left;
                for (let v = Math.max(0, -left); v < columns.kernel && left + v < W; v++) {
                  dx[0][at + v] += share * down[u] * across[v];
                }
              }
            }
          }
        }
      }
    };
    WINDOWS = {
      shape: poolShape,
      forward: "pool",
      reads(layer3, { inputs: [x] }) {
        const [, , H, W] = imageShape(x);
        const [rows, columns] = axesOfPool(layer3, H, W);
        return [
          { by: "window", axis: rows, mode: "zeros" },
          { by: "window", axis: columns, mode: "zeros" }
        ];
      },
      explain: "planned",
      words: ({ kind, kernelSize, stride, pads, ceilMode }) => `${kind} ${sizeWords(kernelSize)}${strideWords(stride)}${paddingWords(pads)}${ceilMode ? " ceil" : ""}`,
      keepsSilence: true
    };
    POOL = {
      max_pool: { ...WINDOWS, backward: maxPoolBackward },
      avg_pool: { ...WINDOWS, backward: meanPoolBackward },
      gauss_pool: { ...WINDOWS, backward: meanPoolBackward }
    };
  }
});

// src/layers/reduce.ts
function reducedAxes({ noopWithEmptyAxes }, rank, axes) {
  if (axes && axes.length > 0) return checkedAxes(axes, rank);
  return noopWithEmptyAxes ? [] : Array.from({ length: rank }, (_, axis) => axis);
}
function withoutAxes(shape2, axes, keepDims) {
  if (keepDims) return shape2.map((side4, axis) => axes.includes(axis) ? 1 : side4);
  return shape2.filter((_, axis) => !axes.includes(axis));
}
function sumOf(of) {
  return (x, start, offsets) => {
    let sum2 = 0;
    for (let i = 0; i < offsets.length; i++) sum2 += of(x[start + offsets[i]]);
    return sum2;
  };
}
function fold(first, of) {
  return (x, start, offsets) => {
    let result = first;
    for (let i = 0; i < offsets.length; i++) result = of(result, x[start + offsets[i]]);
    return result;
  };
}
function sidesOf2(of, shape2, axes) {
  const reduced = axes.filter((axis) => shape2[axis] !== 1);
  const [first, last] = reduced.length === 0 ? [0, -1] : [Math.min(...reduced), Math.max(...reduced)];
  const between = shape2.slice(first, last + 1).filter((side4, i) => side4 !== 1 && !reduced.includes(first + i));
  if (between.length > 0) return null;
  const [outer, count] = [sizeOf(shape2.slice(0, first)), sizeOf(shape2.slice(first, last + 1))];
  return { work: "reduce", of, outer, count, inner: sizeOf(shape2.slice(last + 1)) };
}
function reduceAxes(of, x, axes, y) {
  const starts = offsetsOf(
    x.shape,
    x.shape.flatMap((_, axis) => axes.includes(axis) ? [] : [axis])
  );
  const offsets = offsetsOf(x.shape, axes);
  const whole = !isFloat(y.dtype);
  for (let o = 0; o < y.data.length; o++) {
    const value = of(x.data, starts[o], offsets);
    y.data[o] = whole ? Math.trunc(value) : value;
  }
}
function offsetsOf(shape2, axes) {
  const steps = rowMajor(shape2);
  const ordered = [...axes].sort((a, b) => a - b);
  let offsets = new Float64Array(1);
  for (const axis of ordered) {
    const side4 = shape2[axis];
    const next = new Float64Array(offsets.length * side4);
    for (let i = 0; i < next.length; i++) next[i] = offsets[Math.floor(i / side4)] + i % side4 * steps[axis];
    offsets = next;
  }
  return offsets;
}
function shareOfWinners(better) {
  return (x, start, offsets) => {
    let winner = x[start + offsets[0]];
    for (const offset of offsets) if (better(x[start + offset], winner)) winner = x[start + offset];
    const count = totalOf(x, start, offsets, (value) => value === winner ? 1 : 0);
    return (i) => x[start + offsets[i]] === winner ? 1 / count : 0;
  };
}
function spread({ inputs, x, dy, dx }, axes, partials, reads) {
  const { shape: shape2 } = inputs[0];
  const kept = shape2.flatMap((_, axis) => axes.includes(axis) ? [] : [axis]);
  const [starts, offsets] = [offsetsOf(shape2, kept), offsetsOf(shape2, axes)];
  const data = reads ? x(0).data : NO_NUMBERS;
  for (let o = 0; o < starts.length; o++) {
    const gradient2 = dy[0][o];
    if (gradient2 === 0) continue;
    const partial = partials(data, starts[o], offsets);
    for (let i = 0; i < offsets.length; i++) dx[0][starts[o] + offsets[i]] += gradient2 * partial(i);
  }
}
var reduceShape, argReduceShape, globalPoolShape, sum, squares, largest, logSumExp, REDUCTIONS, ROW_REDUCTIONS, reduceForward, globalPoolForward, argReduceForward, totalOf, firstLargest, PARTIALS2, NO_NUMBERS, readsNumbers, reduceBackward, globalPoolBackward, ARG_REDUCE, GLOBAL_POOL, REDUCE;
var init_reduce = __esm({
  "src/layers/reduce.ts"() {
    "use strict";
    init_errors();
    init_math();
    init_tensor();
    init_values();
    init_family();
    init_inputs();
    reduceShape = (layer3, inputs) => {
      const { dtype, shape: shape2 } = required(inputs, 0, "x");
      const axes = reducedAxes(layer3, shape2.length, knownIntegers(inputs, 1, "axes"));
      return [{ dtype, shape: withoutAxes(shape2, axes, layer3.keepDims) }];
    };
    argReduceShape = ({ kind, axis, keepDims }, inputs) => {
      const { shape: shape2 } = required(inputs, 0, "x");
      const at = wrapDim(axis, shape2.length);
      if (shape2[at] === 0) throw new CnnvizError("shape", `${kind} along an axis of 0`);
      return [{ dtype: "int64", shape: withoutAxes(shape2, [at], keepDims) }];
    };
    globalPoolShape = (_, inputs) => {
      const { dtype, shape: shape2 } = required(inputs, 0, "x");
      if (shape2.length < 2) throw new CnnvizError("shape", `expected an array [N, C, ...], got [${shape2.join(", ")}]`);
      return [{ dtype, shape: shape2.map((side4, axis) => axis < 2 ? side4 : 1) }];
    };
    sum = sumOf((value) => value);
    squares = sumOf((value) => value * value);
    largest = fold(Number.NEGATIVE_INFINITY, Math.max);
    logSumExp = (x, start, offsets) => {
      const most = largest(x, start, offsets);
      if (!Number.isFinite(most)) return most;
      return most + log(sumOf((value) => exp(value - most))(x, start, offsets));
    };
    REDUCTIONS = {
      sum,
      mean: (x, start, offsets) => sum(x, start, offsets) / offsets.length,
      max: largest,
      min: fold(Number.POSITIVE_INFINITY, Math.min),
      prod: fold(1, (a, b) => a * b),
      l1: sumOf(Math.abs),
      l2: (x, start, offsets) => Math.sqrt(squares(x, start, offsets)),
      sum_square: squares,
      log_sum: (x, start, offsets) => log(sum(x, start, offsets)),
      log_sum_exp: logSumExp
    };
    ROW_REDUCTIONS = ["sum", "mean", "max", "min"];
    reduceForward = {
      rowWork(layer3, [x, axes]) {
        const of = ROW_REDUCTIONS.find((one) => one === layer3.name);
        const reduced = reducedAxes(layer3, x.shape.length, axes ? [...axes.data] : null);
        return of === void 0 ? null : sidesOf2(of, x.shape, reduced);
      },
      run(layer3, [x, axes], [y]) {
        const reduced = reducedAxes(layer3, x.shape.length, axes ? [...axes.data] : null);
        reduceAxes(REDUCTIONS[layer3.name], x, reduced, y);
      }
    };
    globalPoolForward = {
      rowWork({ kind }, [x]) {
        const sides = x.shape.slice(2).map((_, i) => i + 2);
        return sidesOf2(kind === "global_avg_pool" ? "mean" : "max", x.shape, sides);
      },
      run({ kind }, [x], [y]) {
        const sides = x.shape.slice(2).map((_, i) => i + 2);
        reduceAxes(REDUCTIONS[kind === "global_avg_pool" ? "mean" : "max"], x, sides, y);
      }
    };
    argReduceForward = {
      run({ kind, axis, last }, [x], [y]) {
        const at = wrapDim(axis, x.shape.length);
        const side4 = x.shape[at] ?? 1;
        const inner = sizeOf(x.shape.slice(at + 1));
        const sign = kind === "argmax" ? 1 : -1;
        for (let o = 0; o < y.data.length; o++) {
          const start = Math.floor(o / inner) * side4 * inner + o % inner;
          let best = 0;
          for (let i = 1; i < side4; i++) {
            const gain = sign * (x.data[start + i * inner] - x.data[start + best * inner]);
            if (gain > 0 || last && gain === 0) best = i;
          }
          y.data[o] = best;
        }
      }
    };
    totalOf = (x, start, offsets, of = (value) => value) => {
      let total = 0;
      for (let i = 0; i < offsets.length; i++) total += of(x[start + offsets[i]]);
      return total;
    };
    firstLargest = (x, start, offsets) => {
      let best = 0;
      for (let i = 1; i < offsets.length; i++) {
        const value = x[start + offsets[i]];
        if (value > x[start + offsets[best]] || Number.isNaN(value)) best = i;
      }
      return (i) => i === best ? 1 : 0;
    };
    PARTIALS2 = {
      sum: () => () => 1,
      mean: (_, __, offsets) => () => 1 / offsets.length,
      max: shareOfWinners((a, b) => a > b),
      min: shareOfWinners((a, b) => a < b),
      prod: (x, start, offsets) => (i) => {
        let product = 1;
        for (let j = 0; j < offsets.length; j++) if (j !== i) product *= x[start + offsets[j]];
        return product;
      },
      l1: (x, start, offsets) => (i) => Math.sign(x[start + offsets[i]]),
      l2: (x, start, offsets) => {
        const length = Math.sqrt(totalOf(x, start, offsets, (value) => value * value));
        return (i) => length === 0 ? 0 : x[start + offsets[i]] / length;
      },
      sum_square: (x, start, offsets) => (i) => 2 * x[start + offsets[i]],
      log_sum: (x, start, offsets) => {
        const total = totalOf(x, start, offsets);
        return () => 1 / total;
      },
      log_sum_exp: (x, start, offsets) => {
        let most = Number.NEGATIVE_INFINITY;
        for (const offset of offsets) most = Math.max(most, x[start + offset]);
        const total = totalOf(x, start, offsets, (value) => exp(value - most));
        return (i) => exp(x[start + offsets[i]] - most) / total;
      }
    };
    NO_NUMBERS = new Float64Array(0);
    readsNumbers = (name) => name !== "sum" && name !== "mean";
    reduceBackward = {
      needs: ({ name }) => readsNumbers(name) ? "inputs" : "none",
      run(layer3, call) {
        const list = call.inputs[1] ? [...call.x(1).data] : null;
        const axes = reducedAxes(layer3, call.inputs[0].shape.length, list);
        spread(call, axes, PARTIALS2[layer3.name], readsNumbers(layer3.name));
      }
    };
    globalPoolBackward = {
      needs: ({ kind }) => kind === "global_max_pool" ? "inputs" : "none",
      run({ kind }, call) {
        const axes = call.inputs[0].shape.slice(2).map((_, i) => i + 2);
        const isMax = kind === "global_max_pool";
        spread(call, axes, isMax ? firstLargest : PARTIALS2.mean, isMax);
      }
    };
    ARG_REDUCE = {
      shape: argReduceShape,
      forward: argReduceForward,
      backward: WHOLE_NUMBERS,
      reads: () => null,
      explain: null,
      words: kindWords
    };
    GLOBAL_POOL = {
      shape: globalPoolShape,
      forward: globalPoolForward,
      backward: globalPoolBackward,
      reads: () => WHOLE_MAP,
      explain: {
        formula: ({ kind }) => kind === "global_avg_pool" ? "mean of the map" : "largest of the map",
        terms(_, { inputs: [x], output }, index) {
          const size = sizeOf(x) / sizeOf(output);
          return Array.from({ length: size }, (_2, i) => ({ input: 0, index: index * size + i }));
        }
      },
      words: kindWords,
      keepsSilence: true
    };
    REDUCE = {
      reduce: {
        shape: reduceShape,
        forward: reduceForward,
        backward: reduceBackward,
        reads(layer3, { inputs: [x, given2], output, known: known4 }) {
          const rank = x.length;
          if (output.length < 3) return WHOLE_MAP;
          const axes = given2 ? known4(1) : null;
          if (given2 && !axes) return null;
          const reduced = reducedAxes(layer3, rank, axes);
          if (output.length < rank && reduced.some((axis) => axis >= rank - 2)) return null;
          const along = (axis) => ({ by: reduced.includes(axis) ? "all" : "place" });
          return [along(rank - 2), along(rank - 1)];
        },
        explain: null,
        words: kindWords,
        learnt: []
      },
      argmax: ARG_REDUCE,
      argmin: ARG_REDUCE,
      global_avg_pool: GLOBAL_POOL,
      global_max_pool: GLOBAL_POOL
    };
  }
});

// src/layers/resize.ts
function resizedAxes(layer3, shape2, numbers3) {
  const [scales, sizes, roi] = [given(numbers3.scales), given(numbers3.sizes), given(numbers3.roi)];
  const named2 = layer3.axes ? checkedAxes(layer3.axes, shape2.length) : shape2.map((_, axis) => axis);
  const list = sizes ?? scales;
  if (!list || scales && sizes) throw new CnnvizError("shape", "resize: expected either scales or sizes");
  if (list.length !== named2.length || list.some((value) => !Number.isFinite(value) || value <= 0)) {
    throw new CnnvizError("shape", `resize to ${list.join(", ")}: expected ${named2.length} numbers above 0`);
  }
  if (roi && roi.length !== 2 * named2.length) {
    throw new CnnvizError("shape", `roi: expected ${2 * named2.length} numbers, got ${roi.length}`);
  }
  const factors = sizes ? scalesFor(layer3, sizes, named2, shape2) : scales;
  const axes = shape2.map((size) => ({ size, out: size, scale: 1, roi: [0, 1] }));
  for (const [i, axis] of named2.entries()) {
    const size = shape2[axis];
    const scale2 = factors[i];
    const part = roi ? [roi[i], roi[named2.length + i]] : [0, 1];
    axes[axis] = { size, out: outSide(layer3, size, scale2, part, sizes?.[i] ?? null), scale: scale2, roi: part };
  }
  return axes;
}
function given(list) {
  return list && list.length > 0 ? list : null;
}
function outSide({ keepAspectRatio }, size, scale2, [start, end], wanted) {
  if (wanted === null) return Math.floor(size * (end - start) * scale2);
  return keepAspectRatio === "stretch" ? wanted : Math.floor(size * scale2 + 0.5);
}
function scalesFor({ keepAspectRatio }, sizes, named2, shape2) {
  const own = sizes.map((size, i) => size / shape2[named2[i]]);
  if (keepAspectRatio === "stretch") return own;
  const one = keepAspectRatio === "not_larger" ? Math.min(...own) : Math.max(...own);
  return own.map(() => one);
}
function resizeMaps(layer3, [x, roi, scales, sizes]) {
  const { coordinateMode, nearestMode } = layer3;
  const list = (value) => value ? [...value.data] : null;
  const crops = coordinateMode === "tf_crop_and_resize";
  const axes = resizedAxes(layer3, x.shape, {
    roi: crops ? list(roi) : null,
    scales: list(scales),
    sizes: list(sizes)
  });
  return axes.map(
    (axis) => Int32Array.from({ length: axis.out }, (_, i) => {
      const isUnchanged = axis.scale === 1 && axis.out === axis.size && !crops;
      const at = isUnchanged ? i : COORDINATES[coordinateMode](i, axis);
      if (crops && (at < 0 || at > axis.size - 1)) return -1;
      return Math.min(Math.max(ROUNDINGS[nearestMode](at), 0), axis.size - 1);
    })
  );
}
var resizeShape, COORDINATES, ROUNDINGS, resizeForward, resizeBackward, RESIZE;
var init_resize = __esm({
  "src/layers/resize.ts"() {
    "use strict";
    init_errors();
    init_family();
    init_inputs();
    init_moving();
    resizeShape = (layer3, inputs) => {
      const { dtype, shape: shape2 } = required(inputs, 0, "x");
      const crops = layer3.coordinateMode === "tf_crop_and_resize";
      const roi = crops ? knownNumbers(inputs, 1, "roi") : null;
      const axes = resizedAxes(layer3, shape2, {
        roi,
        scales: knownNumbers(inputs, 2, "scales"),
        sizes: knownNumbers(inputs, 3, "sizes")
      });
      return [{ dtype, shape: checkedShape(axes.map(({ out }) => out)) }];
    };
    COORDINATES = {
      half_pixel: (i, { scale: scale2 }) => (i + 0.5) / scale2 - 0.5,
      half_pixel_symmetric: (i, { size, out, scale: scale2 }) => {
        const offset = size / 2 * (1 - out / (scale2 * size));
        return offset + (i + 0.5) / scale2 - 0.5;
      },
      pytorch_half_pixel: (i, { out, scale: scale2 }) => out > 1 ? (i + 0.5) / scale2 - 0.5 : 0,
      align_corners: (i, { size, scale: scale2 }) => scale2 * size === 1 ? 0 : i * (size - 1) / (scale2 * size - 1),
      asymmetric: (i, { scale: scale2 }) => i / scale2,
      tf_half_pixel_for_nn: (i, { scale: scale2 }) => (i + 0.5) / scale2,
      tf_crop_and_resize: (i, { size, out, roi: [start, end] }) => out > 1 ? start * (size - 1) + i * (end - start) * (size - 1) / (out - 1) : 0.5 * (start + end) * (size - 1)
    };
    ROUNDINGS = {
      round_prefer_floor: (at) => Math.ceil(at - 0.5),
      round_prefer_ceil: (at) => Math.floor(at + 0.5),
      floor: Math.floor,
      ceil: Math.ceil
    };
    resizeForward = {
      rowWork: (layer3, inputs) => ({ work: "mapped", maps: resizeMaps(layer3, inputs), fill: layer3.extrapolationValue }),
      run(layer3, inputs, [y]) {
        const [x] = inputs;
        copyMapped(x.data, x.shape, resizeMaps(layer3, inputs), layer3.extrapolationValue, y.data);
      }
    };
    resizeBackward = movedBackward(resizeForward, firstInput, [0], {
      layer: (layer3) => ({ ...layer3, extrapolationValue: 0 })
    });
    RESIZE = {
      resize: {
        shape: resizeShape,
        forward: resizeForward,
        backward: resizeBackward,
        reads: () => null,
        explain: null,
        words: kindWords,
        learnt: []
      }
    };
  }
});

// src/layers/shapes.ts
function oneNumber(inputs, index, name) {
  required(inputs, index, name);
  const [value, ...more] = knownNumbers(inputs, index, name);
  if (value === void 0 || more.length > 0) throw new CnnvizError("shape", `${name}: expected a single number`);
  return value;
}
var shapeOfShape, sizeShape, constantOfShapeShape, rangeShape, shapeForward, sizeForward, constantOfShapeForward, rangeForward, NO_MAPS, SHAPES;
var init_shapes = __esm({
  "src/layers/shapes.ts"() {
    "use strict";
    init_errors();
    init_tensor();
    init_family();
    init_inputs();
    shapeOfShape = ({ start, end }, inputs) => {
      const { shape: shape2 } = required(inputs, 0, "x");
      return [{ dtype: "int64", shape: [shape2.slice(start, end ?? void 0).length] }];
    };
    sizeShape = (_, inputs) => {
      required(inputs, 0, "x");
      return [{ dtype: "int64", shape: [] }];
    };
    constantOfShapeShape = ({ dtype }, inputs) => {
      required(inputs, 0, "shape");
      return [{ dtype, shape: checkedShape(knownIntegers(inputs, 0, "shape")) }];
    };
    rangeShape = (_, inputs) => {
      const { dtype } = required(inputs, 0, "start");
      const [start, limit, delta] = ["start", "limit", "delta"].map((name, i) => oneNumber(inputs, i, name));
      if (delta === 0) throw new CnnvizError("shape", "range: delta 0");
      return [{ dtype, shape: checkedShape([Math.max(0, Math.ceil((limit - start) / delta))]) }];
    };
    shapeForward = {
      run: ({ start, end }, [x], [y]) => y.data.set(x.shape.slice(start, end ?? void 0))
    };
    sizeForward = {
      run: (_, [x], [y]) => {
        y.data[0] = sizeOf(x.shape);
      }
    };
    constantOfShapeForward = {
      run: ({ value }, _, [y]) => {
        y.data.fill(value);
      }
    };
    rangeForward = {
      run(_, [start, __, delta], [y]) {
        for (let i = 0; i < y.data.length; i++) y.data[i] = start.data[0] + i * delta.data[0];
      }
    };
    NO_MAPS = { reads: () => null, explain: null, words: kindWords };
    SHAPES = {
      shape: { ...NO_MAPS, shape: shapeOfShape, forward: shapeForward, backward: WHOLE_NUMBERS, readsShapes: true },
      size: { ...NO_MAPS, shape: sizeShape, forward: sizeForward, backward: WHOLE_NUMBERS, readsShapes: true },
      constant_of_shape: {
        ...NO_MAPS,
        shape: constantOfShapeShape,
        forward: constantOfShapeForward,
        backward: WHOLE_NUMBERS
      },
      range: {
        ...NO_MAPS,
        shape: rangeShape,
        forward: rangeForward,
        backward: "a range that depends on the input has no backward pass here"
      }
    };
  }
});

// src/layers/softmax.ts
function softmaxDim(dim, rank) {
  return wrapDim(dim ?? (rank === 0 || rank === 1 || rank === 3 ? 0 : 1), rank);
}
function largestOf(x, start, end, step2) {
  let largest2 = x[start];
  for (let i = start; i < end; i += step2) if (!(x[i] <= largest2)) largest2 = x[i];
  return largest2;
}
function terms({ dim }, { output }, index) {
  return alongAxis(output, softmaxDim(dim, output.length), index).map((at) => ({ input: 0, index: at }));
}
var softmaxShape, softmaxForward, softmaxBackward, ALONG_AXIS, SOFTMAX;
var init_softmax = __esm({
  "src/layers/softmax.ts"() {
    "use strict";
    init_math();
    init_math32();
    init_tensor();
    init_family();
    init_inputs();
    softmaxShape = ({ dim }, inputs) => {
      const { dtype, shape: shape2 } = required(inputs, 0, "x");
      softmaxDim(dim, shape2.length);
      return [{ dtype: dtype === "float64" ? "float64" : "float32", shape: shape2 }];
    };
    softmaxForward = {
      memory: "in-place",
      rowWork: ({ kind, dim }, [x]) => kind === "softmax" ? { work: "softmax", axis: softmaxDim(dim, x.shape.length) } : null,
      run({ kind, dim }, [x], [y]) {
        const { shape: shape2 } = x;
        const axis = softmaxDim(dim, shape2.length);
        const count = shape2[axis] ?? 1;
        const inner = sizeOf(shape2.slice(axis + 1));
        const rows = count === 0 ? 0 : y.data.length / count;
        const powers = new Float64Array(count);
        const power2 = kind === "softmax" && y.data instanceof Float32Array ? exp32 : exp;
        for (let row = 0; row < rows; row++) {
          const start = Math.floor(row / inner) * count * inner + row % inner;
          const end = start + count * inner;
          const largest2 = largestOf(x.data, start, end, inner);
          let sum2 = 0;
          for (let i = start, c = 0; i < end; i += inner, c++) {
            powers[c] = power2(x.data[i] - largest2);
            sum2 += powers[c];
          }
          if (kind === "softmax") for (let i = start, c = 0; i < end; i += inner, c++) y.data[i] = powers[c] / sum2;
          else {
            const logSum = log(sum2);
            for (let i = start; i < end; i += inner) y.data[i] = x.data[i] - largest2 - logSum;
          }
        }
      }
    };
    softmaxBackward = {
      needs: "outputs",
      run({ kind, dim }, { y, dy, dx }) {
        const { data, shape: shape2 } = y(0);
        const axis = softmaxDim(dim, shape2.length);
        const count = shape2[axis] ?? 1;
        const inner = sizeOf(shape2.slice(axis + 1));
        const rows = count === 0 ? 0 : data.length / count;
        const [gradient2, own] = [dy[0], dx[0]];
        for (let row = 0; row < rows; row++) {
          const start = Math.floor(row / inner) * count * inner + row % inner;
          const end = start + count * inner;
          let sum2 = 0;
          for (let i = start; i < end; i += inner) sum2 += gradient2[i] * (kind === "softmax" ? data[i] : 1);
          for (let i = start; i < end; i += inner) {
            own[i] += kind === "softmax" ? data[i] * (gradient2[i] - sum2) : gradient2[i] - exp(data[i]) * sum2;
          }
        }
      }
    };
    ALONG_AXIS = {
      shape: softmaxShape,
      forward: softmaxForward,
      backward: softmaxBackward,
      reads({ dim }, { output }) {
        const behind = output.length - 1 - softmaxDim(dim, output.length);
        return output.length < 3 ? SAME_PLACE : [{ by: behind === 1 ? "all" : "place" }, { by: behind === 0 ? "all" : "place" }];
      },
      words: ({ kind, dim }) => dim === null ? kind : `${kind} dim ${dim}`
    };
    SOFTMAX = {
      softmax: { ...ALONG_AXIS, explain: { formula: () => "e^x / \u03A3 e^x", terms } },
      log_softmax: { ...ALONG_AXIS, explain: { formula: () => "x \u2212 log \u03A3 e^x", terms } }
    };
  }
});

// src/layers/window-nd.ts
function windowAxes(sides, windows) {
  const { kernelSize, stride, padding, dilation, ceilMode } = windows;
  const rank = sides.length;
  for (const [name, list] of Object.entries({ "kernel size": kernelSize, stride, dilation })) {
    if (list.length !== rank || list.some((value) => !Number.isInteger(value) || value < 1)) {
      throw new CnnvizError("usage", `${name} ${list.join(",")}: expected ${rank} whole numbers from 1`);
    }
  }
  const pads = typeof padding === "string" ? null : padding;
  if (pads && (pads.length !== 2 * rank || pads.some((pad2) => !Number.isInteger(pad2) || pad2 < 0))) {
    throw new CnnvizError("usage", `pads ${pads.join(",")}: expected ${2 * rank} whole numbers from 0`);
  }
  return sides.map((size, i) => {
    const [kernel, step2, spread2] = [kernelSize[i], stride[i], dilation[i]];
    const axis = { size, kernel, stride: step2, dilation: spread2 };
    const [before, after] = pads ? [pads[i], pads[rank + i]] : rulePads(padding, axis);
    let out = outputSize(size, before + after, kernel, step2, spread2);
    if (ceilMode && pads) {
      out = Math.ceil((size + before + after - extent(kernel, spread2)) / step2) + 1;
      if ((out - 1) * step2 >= size + before) out--;
    }
    if (out < 1) {
      throw new CnnvizError("shape", `a window of ${extent(kernel, spread2)} is larger than the side of ${size}`);
    }
    return { ...axis, padBefore: before, padAfter: after, out };
  });
}
function rulePads(rule, axis) {
  if (rule === "valid") return [0, 0];
  const { size, kernel, stride, dilation } = axis;
  const total = Math.max(0, (Math.ceil(size / stride) - 1) * stride + extent(kernel, dilation) - size);
  const less = Math.floor(total / 2);
  return rule === "same" ? [less, total - less] : [total - less, less];
}
function convNdAxes(layer3, x, weight) {
  return windowAxes(x.slice(2), { ...layer3, kernelSize: weight.slice(2), ceilMode: false });
}
function newTaps(axes) {
  const size = sizeOf(axes.map(({ kernel }) => kernel));
  return { places: new Int32Array(size), kernel: new Int32Array(size), count: 0, padded: 0 };
}
function findTaps(axes, o, taps) {
  taps.count = 0;
  taps.padded = 0;
  const first = new Array(axes.length);
  let rest = o;
  for (let axis = axes.length - 1; axis >= 0; axis--) {
    const { out, stride, padBefore } = axes[axis];
    first[axis] = rest % out * stride - padBefore;
    rest = Math.floor(rest / out);
  }
  for (let tap = 0; tap < taps.places.length; tap++) {
    let [left, place, step2, inside, padded] = [tap, 0, 1, true, true];
    for (let axis = axes.length - 1; axis >= 0; axis--) {
      const { kernel, dilation, size, padAfter } = axes[axis];
      const at = first[axis] + left % kernel * dilation;
      left = Math.floor(left / kernel);
      inside &&= at >= 0 && at < size;
      padded &&= at < size + padAfter;
      place += at * step2;
      step2 *= size;
    }
    if (padded) taps.padded++;
    if (!inside) continue;
    taps.places[taps.count] = place;
    taps.kernel[taps.count++] = tap;
  }
}
function columnMajor(place, sides) {
  const steps = rowMajor(sides);
  let [result, step2] = [0, 1];
  for (let axis = 0; axis < sides.length; axis++) {
    result += Math.floor(place / steps[axis]) % sides[axis] * step2;
    step2 *= sides[axis];
  }
  return result;
}
function readsWindows(axes) {
  if (axes.length !== 2) return null;
  const [rows, columns] = axes.map((axis) => ({ by: "window", axis, mode: "zeros" }));
  return [rows, columns];
}
var convNdShape, poolNdShape, convNdForward, poolNdForward, convNdBackward, poolNdBackward, POOL_ND, WINDOW_ND;
var init_window_nd = __esm({
  "src/layers/window-nd.ts"() {
    "use strict";
    init_errors();
    init_geometry();
    init_tensor();
    init_family();
    init_inputs();
    convNdShape = (layer3, inputs) => {
      const [x, weight, bias] = [required(inputs, 0, "x"), required(inputs, 1, "weight"), inputs[2]];
      const { groups } = layer3;
      const [N, C] = x.shape;
      const [M, perGroup] = weight.shape;
      if (x.shape.length < 3 || weight.shape.length !== x.shape.length) {
        throw new CnnvizError(
          "shape",
          `expected x [N, C, ...] and weight [M, C/groups, ...] of one rank, got [${x.shape.join(", ")}] and [${weight.shape.join(", ")}]`
        );
      }
      if (!Number.isInteger(groups) || groups < 1 || perGroup * groups !== C || M % groups !== 0) {
        throw new CnnvizError(
          "shape",
          `weight [${weight.shape.join(", ")}] in ${groups} groups does not fit ${C} channels`
        );
      }
      if (bias && (bias.shape.length !== 1 || bias.shape[0] !== M)) {
        throw new CnnvizError("shape", `bias: expected [${M}], got [${bias.shape.join(", ")}]`);
      }
      const sides = convNdAxes(layer3, x.shape, weight.shape).map(({ out }) => out);
      return [{ dtype: x.dtype, shape: checkedShape([N, M, ...sides]) }];
    };
    poolNdShape = (layer3, inputs) => {
      const { dtype, shape: shape2 } = required(inputs, 0, "x");
      if (shape2.length < 3) throw new CnnvizError("shape", `expected an array [N, C, ...], got [${shape2.join(", ")}]`);
      const sides = windowAxes(shape2.slice(2), layer3).map(({ out: out2 }) => out2);
      const out = checkedShape([...shape2.slice(0, 2), ...sides]);
      const places = { dtype: "int64", shape: out };
      return layer3.kind === "max_pool_nd" ? [{ dtype, shape: out }, places] : [{ dtype, shape: out }];
    };
    convNdForward = {
      run(layer3, [x, weight, bias], [y]) {
        const axes = convNdAxes(layer3, x.shape, weight.shape);
        const [N, C, ...sides] = x.shape;
        const [M, perGroup, ...kernel] = weight.shape;
        const [inPlane, outPlane, kernelSize] = [sizeOf(sides), sizeOf(y.shape.slice(2)), sizeOf(kernel)];
        const taps = newTaps(axes);
        for (let o = 0; o < outPlane; o++) {
          findTaps(axes, o, taps);
          for (let n = 0; n < N; n++) {
            for (let m = 0; m < M; m++) {
              const firstChannel = Math.floor(m / (M / layer3.groups)) * perGroup;
              let sum2 = bias?.data[m] ?? 0;
              for (let c = 0; c < perGroup; c++) {
                const plane = (n * C + firstChannel + c) * inPlane;
                const numbers3 = (m * perGroup + c) * kernelSize;
                for (let t = 0; t < taps.count; t++) {
                  sum2 += x.data[plane + taps.places[t]] * weight.data[numbers3 + taps.kernel[t]];
                }
              }
              y.data[(n * M + m) * outPlane + o] = sum2;
            }
          }
        }
      }
    };
    poolNdForward = {
      run(layer3, [x], [y, places]) {
        const sides = x.shape.slice(2);
        const axes = windowAxes(sides, layer3);
        const planes = sizeOf(x.shape.slice(0, 2));
        const [inPlane, outPlane] = [sizeOf(sides), sizeOf(y.shape.slice(2))];
        const taps = newTaps(axes);
        for (let o = 0; o < outPlane; o++) {
          findTaps(axes, o, taps);
          for (let plane = 0; plane < planes; plane++) {
            const start = plane * inPlane;
            const to = plane * outPlane + o;
            if (layer3.kind === "avg_pool_nd") {
              let sum2 = 0;
              for (let t = 0; t < taps.count; t++) sum2 += x.data[start + taps.places[t]];
              y.data[to] = sum2 / (layer3.countIncludePad ? taps.padded : taps.count);
              continue;
            }
            let best = taps.places[0];
            for (let t = 1; t < taps.count; t++) {
              const value = x.data[start + taps.places[t]];
              if (value > x.data[start + best] || Number.isNaN(value)) best = taps.places[t];
            }
            y.data[to] = taps.count === 0 ? Number.NEGATIVE_INFINITY : x.data[start + best];
            if (places) places.data[to] = start + (layer3.columnMajor ? columnMajor(best, sides) : best);
          }
        }
      }
    };
    convNdBackward = {
      run(layer3, { inputs, outputs, x, dy, dx }) {
        const weight = x(1);
        const { shape: shape2 } = inputs[0];
        const axes = convNdAxes(layer3, shape2, weight.shape);
        const [N, C, ...sides] = shape2;
        const [M, perGroup, ...kernel] = weight.shape;
        const [inPlane, outPlane, kernelSize] = [sizeOf(sides), sizeOf(outputs[0].shape.slice(2)), sizeOf(kernel)];
        const taps = newTaps(axes);
        for (let o = 0; o < outPlane; o++) {
          findTaps(axes, o, taps);
          for (let n = 0; n < N; n++) {
            for (let m = 0; m < M; m++) {
              const gradient2 = dy[0][(n * M + m) * outPlane + o];
              if (gradient2 === 0) continue;
              const firstChannel = Math.floor(m / (M / layer3.groups)) * perGroup;
              for (let c = 0; c < perGroup; c++) {
                const plane = (n * C + firstChannel + c) * inPlane;
                const numbers3 = (m * perGroup + c) * kernelSize;
                for (let t = 0; t < taps.count; t++) {
                  dx[0][plane + taps.places[t]] += gradient2 * weight.data[numbers3 + taps.kernel[t]];
                }
              }
            }
          }
        }
      }
    };
    poolNdBackward = {
      needs: ({ kind }) => kind === "max_pool_nd" ? "inputs" : "none",
      run(layer3, { inputs, outputs, x, dy, dx }) {
        const { shape: shape2 } = inputs[0];
        const sides = shape2.slice(2);
        const axes = windowAxes(sides, layer3);
        const planes = sizeOf(shape2.slice(0, 2));
        const [inPlane, outPlane] = [sizeOf(sides), sizeOf(outputs[0].shape.slice(2))];
        const data = layer3.kind === "max_pool_nd" ? x(0).data : null;
        const taps = newTaps(axes);
        for (let o = 0; o < outPlane; o++) {
          findTaps(axes, o, taps);
          if (taps.count === 0) continue;
          const divisor = layer3.countIncludePad ? taps.padded : taps.count;
          for (let plane = 0; plane < planes; plane++) {
            const start = plane * inPlane;
            const gradient2 = dy[0][plane * outPlane + o];
            let best = start + taps.places[0];
            for (let t = 0; t < taps.count; t++) {
              const at = start + taps.places[t];
              if (data === null) dx[0][at] += gradient2 / divisor;
              else if (data[at] > data[best] || Number.isNaN(data[at])) best = at;
            }
            if (data !== null) dx[0][best] += gradient2;
          }
        }
      }
    };
    POOL_ND = {
      shape: poolNdShape,
      forward: poolNdForward,
      backward: poolNdBackward,
      reads: (layer3, { inputs: [x] }) => readsWindows(windowAxes(x.slice(2), layer3)),
      explain: null,
      words: kindWords
    };
    WINDOW_ND = {
      conv_nd: {
        shape: convNdShape,
        forward: convNdForward,
        backward: convNdBackward,
        reads: (layer3, { inputs: [x, weight] }) => readsWindows(convNdAxes(layer3, x, weight)),
        explain: null,
        words: kindWords,
        macs: (_, [, weight], output) => sizeOf(output) * sizeOf(weight.slice(1)),
        growth: "grows"
      },
      max_pool_nd: POOL_ND,
      avg_pool_nd: POOL_ND
    };
  }
});

// src/layers/index.ts
function layerFamily(layer3) {
  return LAYERS2[layer3.kind];
}
function nameOf(layer3) {
  return layer3.kind === "activation" ? layer3.name : layer3.kind;
}
function keepsNumbers(layer3) {
  return forwardOf(layer3)?.memory === "alias";
}
function forwardOf(layer3) {
  const { forward } = layerFamily(layer3);
  return typeof forward === "string" ? null : forward;
}
var LAYERS2;
var init_layers = __esm({
  "src/layers/index.ts"() {
    "use strict";
    init_activation();
    init_adaptive_pool();
    init_arithmetic();
    init_arrange();
    init_compare();
    init_conv();
    init_indexing();
    init_matrix();
    init_norm();
    init_pointwise();
    init_pool();
    init_reduce();
    init_reshape();
    init_resize();
    init_shapes();
    init_softmax();
    init_window_nd();
    LAYERS2 = {
      ...CONV,
      ...MATRIX,
      ...ACTIVATION,
      ...POINTWISE,
      ...POOL,
      ...ADAPTIVE_POOL,
      ...REDUCE,
      ...NORM,
      ...SOFTMAX,
      ...ARITHMETIC,
      ...COMPARE,
      ...WINDOW_ND,
      ...RESHAPE,
      ...ARRANGE,
      ...INDEXING,
      ...RESIZE,
      ...SHAPES
    };
  }
});

// src/layers/infer.ts
function inferShapes(model, bound2, evaluate2 = null) {
  const infos = /* @__PURE__ */ new Map();
  const makers = /* @__PURE__ */ new Map();
  const values = /* @__PURE__ */ new Map();
  const fixed = new Set(model.constants.keys());
  for (const { name } of model.inputs) {
    const input = bound2.get(name);
    if (!input) throw new CnnvizError("usage", `input "${name}" is not given`, { fix: `add --input ${name}=FILE.npy` });
    infos.set(name, { dtype: input.dtype, shape: input.shape });
    values.set(name, input.value);
  }
  for (const [name, { dtype, shape: shape2 }] of model.constants) infos.set(name, { dtype, shape: shape2 });
  const known4 = (name) => {
    const before = values.get(name);
    if (before !== void 0) return before;
    const constant2 = model.constants.get(name);
    const value = constant2 ? constant2.load() : compute(name);
    if (!constant2) values.set(name, value);
    return value;
  };
  const compute = (name) => {
    const node = makers.get(name);
    if (!node || !evaluate2) return null;
    const inputs = node.inputs.map((input) => input === null ? null : known4(input));
    if (!layerFamily(node.layer).readsShapes && inputs.some((value, i) => value === null && node.inputs[i] !== null))
      return null;
    const outputs = node.outputs.map((output) => infos.get(output));
    const shaped = node.inputs.map(
      (input, i) => input === null ? null : inputs[i] ?? unknownNumbers(infos.get(input))
    );
    return evaluate2(node.layer, shaped, outputs)?.[node.outputs.indexOf(name)] ?? null;
  };
  for (const node of model.nodes) {
    try {
      const inputs = node.inputs.map((name) => {
        if (name === null) return null;
        const info = infos.get(name);
        if (!info) throw unknownValue(name, [...infos.keys()]);
        return { ...info, known: () => known4(name) };
      });
      const { shape: shape2, readsShapes } = layerFamily(node.layer);
      const isFixed = readsShapes || node.inputs.every((name) => name === null || fixed.has(name));
      const outputs = shape2(node.layer, inputs);
      for (const [i, name] of node.outputs.entries()) {
        if (!outputs[i]) throw new CnnvizError("unsupported", `output ${i + 1} of a ${node.layer.kind} layer`);
        checkSize(outputs[i].shape);
        if (isFixed) checkGrowth(outputs[i].shape, inputs);
        infos.set(name, outputs[i]);
        if (isFixed) fixed.add(name);
        makers.set(name, node);
      }
    } catch (error) {
      throw atPlace(node.name, error);
    }
  }
  return { model, infos, known: known4 };
}
function checkSize(shape2) {
  const size = sizeOf(shape2);
  if (size <= MOST_NUMBERS) return;
  throw new CnnvizError("unsupported", `its output [${shape2.join(", ")}] would have ${size} numbers`, {
    fix: `at most ${MOST_NUMBERS} fit: use a smaller input`
  });
}
function checkGrowth(shape2, inputs) {
  const size = sizeOf(shape2);
  const largest2 = Math.max(0, ...inputs.map((input) => input === null ? 0 : sizeOf(input.shape)));
  if (size <= Math.max(MOST_GROWN, largest2)) return;
  throw new CnnvizError(
    "unsupported",
    `its output [${shape2.join(", ")}], of constants alone, would have ${size} numbers`,
    {
      fix: `at most ${MOST_GROWN} are made of constants (${formatBytes(4 * MOST_GROWN)}): store the result in the file, or use a smaller shape`
    }
  );
}
function unknownNumbers({ dtype, shape: shape2 }) {
  return { dtype, shape: shape2, data: new Float32Array(0) };
}
function unknownValue(name, names) {
  const near = nearestName(name, names);
  return new CnnvizError("shape", `reads "${name}", which nothing before it makes`, {
    fix: near ? `did you mean ${near}?` : "a layer can read inputs and layers that stand before it"
  });
}
var MOST_NUMBERS, MOST_GROWN;
var init_infer = __esm({
  "src/layers/infer.ts"() {
    "use strict";
    init_errors();
    init_names();
    init_tensor();
    init_text();
    init_layers();
    MOST_NUMBERS = 2 ** 29;
    MOST_GROWN = 2 ** 26;
  }
});

// src/layers/model.ts
function constantOf(value) {
  return {
    dtype: value.dtype,
    shape: value.shape,
    load: () => value,
    loadInto: (target) => target.set(value.data)
  };
}
function neededFor(model, values) {
  const wanted = new Set(values);
  const needed = [];
  for (const node of [...model.nodes].reverse()) {
    if (!node.outputs.some((name) => wanted.has(name))) continue;
    needed.push(node);
    for (const name of node.inputs) if (name !== null) wanted.add(name);
  }
  return needed.reverse();
}
var init_model = __esm({
  "src/layers/model.ts"() {
    "use strict";
  }
});

// src/models/kernels.ts
function divided(rows, divisor) {
  return { rows: rows.map((row) => row.map((value) => value / divisor)), divisor };
}
function transposed(rows) {
  return rows[0].map((_, column) => rows.map((row) => row[column]));
}
function ones(n) {
  return Array.from({ length: n }, () => new Array(n).fill(1));
}
function gradient(name, rows, axis, seeAlso) {
  return {
    name,
    family: "edges",
    rows: axis === "x" ? rows : transposed(rows),
    reads: axis === "x" ? TO_RIGHT : DOWN,
    positive: axis === "x" ? "dark \u2192 bright, left to right" : "dark \u2192 bright, top to bottom",
    seeAlso
  };
}
function line(name, rows, words) {
  const reads = `a bright ${words} line on dark \u2192 positive; a dark one on bright \u2192 negative; flat \u2192 0`;
  return { name, family: "lines", rows, reads, positive: `a bright ${words} line`, seeAlso: [] };
}
function magnitudeOf(name) {
  const parts2 = [`${name}-x`, `${name}-y`];
  return { name, parts: parts2, formula: `\u221A(${parts2[0]}\xB2 + ${parts2[1]}\xB2)` };
}
function findGradient(word) {
  const name = sameName(
    word,
    GRADIENTS.map((one) => one.name)
  );
  return GRADIENTS.find((one) => one.name === name) ?? null;
}
var SOBEL_X, PREWITT_X, SCHARR_X, GAUSSIAN5, TO_RIGHT, DOWN, RING, COMPASS, COMPASS_WORDS, KIRSCH, BUILTIN_KERNELS, KERNEL_NAMES, GRADIENTS;
var init_kernels = __esm({
  "src/models/kernels.ts"() {
    "use strict";
    init_names();
    SOBEL_X = [
      [-1, 0, 1],
      [-2, 0, 2],
      [-1, 0, 1]
    ];
    PREWITT_X = [
      [-1, 0, 1],
      [-1, 0, 1],
      [-1, 0, 1]
    ];
    SCHARR_X = [
      [-3, 0, 3],
      [-10, 0, 10],
      [-3, 0, 3]
    ];
    GAUSSIAN5 = [1, 4, 6, 4, 1].map((a) => [1, 4, 6, 4, 1].map((b) => a * b));
    TO_RIGHT = "brighter to the right \u2192 positive; brighter to the left \u2192 negative; flat \u2192 0";
    DOWN = "brighter below \u2192 positive; brighter above \u2192 negative; flat \u2192 0";
    RING = [
      [0, 0],
      [0, 1],
      [0, 2],
      [1, 2],
      [2, 2],
      [2, 1],
      [2, 0],
      [1, 0]
    ];
    COMPASS = ["n", "ne", "e", "se", "s", "sw", "w", "nw"];
    COMPASS_WORDS = ["above", "above right", "right", "below right", "below", "below left", "left", "above left"];
    KIRSCH = COMPASS.map((direction, turn) => {
      const rows = [
        [-3, -3, -3],
        [-3, 0, -3],
        [-3, -3, -3]
      ];
      for (let step2 = 0; step2 < 3; step2++) {
        const [row, column] = RING[(turn + step2) % 8];
        rows[row][column] = 5;
      }
      return {
        name: `kirsch-${direction}`,
        family: "compass",
        rows,
        reads: `brighter ${COMPASS_WORDS[turn]} \u2192 positive; darker there \u2192 negative; flat \u2192 0`,
        positive: `brighter ${COMPASS_WORDS[turn]}`,
        seeAlso: [`kirsch-${COMPASS[(turn + 4) % 8]}`]
      };
    });
    BUILTIN_KERNELS = [
      {
        name: "edge3x3",
        family: "edges",
        rows: [
          [1, 0, -1],
          [1, 0, -1],
          [1, 0, -1]
        ],
        reads: "left bright, right dark \u2192 positive; the reverse \u2192 negative; flat \u2192 0",
        positive: "bright \u2192 dark, left to right",
        seeAlso: ["outline3x3", "laplacian8", "prewitt-x"]
      },
      gradient("sobel-x", SOBEL_X, "x", ["sobel-y", "scharr-x"]),
      gradient("sobel-y", SOBEL_X, "y", ["sobel-x", "scharr-y"]),
      gradient("prewitt-x", PREWITT_X, "x", ["prewitt-y", "edge3x3"]),
      gradient("prewitt-y", PREWITT_X, "y", ["prewitt-x"]),
      gradient("scharr-x", SCHARR_X, "x", ["scharr-y", "sobel-x"]),
      gradient("scharr-y", SCHARR_X, "y", ["scharr-x", "sobel-y"]),
      {
        name: "roberts-x",
        family: "edges",
        rows: [
          [1, 0],
          [0, -1]
        ],
        reads: "brighter above left than below right \u2192 positive; the reverse \u2192 negative; flat \u2192 0",
        positive: "bright \u2192 dark, down to the right",
        seeAlso: ["roberts-y"]
      },
      {
        name: "roberts-y",
        family: "edges",
        rows: [
          [0, 1],
          [-1, 0]
        ],
        reads: "brighter above right than below left \u2192 positive; the reverse \u2192 negative; flat \u2192 0",
        positive: "bright \u2192 dark, down to the left",
        seeAlso: ["roberts-x"]
      },
      {
        name: "outline3x3",
        family: "outlines",
        rows: [
          [-1, -1, -1],
          [-1, 8, -1],
          [-1, -1, -1]
        ],
        reads: "brighter than its surroundings \u2192 positive; darker \u2192 negative; flat \u2192 0",
        positive: "a bright spot or edge on dark",
        seeAlso: ["laplacian8", "edge3x3"]
      },
      {
        name: "laplacian4",
        family: "outlines",
        rows: [
          [0, 1, 0],
          [1, -4, 1],
          [0, 1, 0]
        ],
        reads: "darker than its four neighbours \u2192 positive; brighter \u2192 negative; flat or an even slope \u2192 0",
        positive: "a dark spot or edge on bright",
        seeAlso: ["laplacian8", "log5"]
      },
      {
        name: "laplacian8",
        family: "outlines",
        rows: [
          [1, 1, 1],
          [1, -8, 1],
          [1, 1, 1]
        ],
        reads: "darker than its eight neighbours \u2192 positive; brighter \u2192 negative; flat \u2192 0",
        positive: "a dark spot or edge on bright",
        seeAlso: ["laplacian4", "outline3x3"]
      },
      {
        name: "log5",
        family: "outlines",
        rows: [
          [0, 0, -1, 0, 0],
          [0, -1, -2, -1, 0],
          [-1, -2, 16, -2, -1],
          [0, -1, -2, -1, 0],
          [0, 0, -1, 0, 0]
        ],
        reads: "a bright blob about 3 pixels wide \u2192 positive; a dark one \u2192 negative; flat \u2192 0 (Laplacian of Gaussian)",
        positive: "a bright blob on dark",
        seeAlso: ["laplacian4", "gaussian5"]
      },
      ...KIRSCH,
      line(
        "line-h",
        [
          [-1, -1, -1],
          [2, 2, 2],
          [-1, -1, -1]
        ],
        "horizontal"
      ),
      line(
        "line-v",
        [
          [-1, 2, -1],
          [-1, 2, -1],
          [-1, 2, -1]
        ],
        "vertical"
      ),
      line(
        "line-d1",
        [
          [2, -1, -1],
          [-1, 2, -1],
          [-1, -1, 2]
        ],
        "falling diagonal"
      ),
      line(
        "line-d2",
        [
          [-1, -1, 2],
          [-1, 2, -1],
          [2, -1, -1]
        ],
        "rising diagonal"
      ),
      {
        name: "box3",
        family: "blur",
        ...divided(ones(3), 9),
        reads: "the mean of 3\xD73 pixels: small detail fades, flat areas stay",
        positive: "the brightest area",
        seeAlso: ["box5", "gaussian3"]
      },
      {
        name: "box5",
        family: "blur",
        ...divided(ones(5), 25),
        reads: "the mean of 5\xD75 pixels: more detail fades, flat areas stay",
        positive: "the brightest area",
        seeAlso: ["box3", "gaussian5"]
      },
      {
        name: "gaussian3",
        family: "blur",
        ...divided(
          [
            [1, 2, 1],
            [2, 4, 2],
            [1, 2, 1]
          ],
          16
        ),
        reads: "a mean that favours the centre: smoother than a box, flat areas stay",
        positive: "the brightest area",
        seeAlso: ["gaussian5", "box3"]
      },
      {
        name: "gaussian5",
        family: "blur",
        ...divided(GAUSSIAN5, 256),
        reads: "a wider mean that favours the centre; flat areas stay",
        positive: "the brightest area",
        seeAlso: ["gaussian3", "box5"]
      },
      {
        name: "sharpen",
        family: "sharpen",
        rows: [
          [0, -1, 0],
          [-1, 5, -1],
          [0, -1, 0]
        ],
        reads: "the pixel plus its difference from four neighbours: edges grow, flat areas stay",
        positive: "a bright spot on dark",
        seeAlso: ["unsharp5", "laplacian4"]
      },
      {
        name: "unsharp5",
        family: "sharpen",
        ...divided(
          GAUSSIAN5.map((row, i) => row.map((value, j) => i === 2 && j === 2 ? 512 - value : -value)),
          256
        ),
        reads: "twice the pixel minus a Gaussian blur (unsharp mask): edges grow, flat areas stay",
        positive: "a bright spot on dark",
        seeAlso: ["sharpen", "gaussian5"]
      },
      {
        name: "emboss",
        family: "sharpen",
        rows: [
          [-2, -1, 0],
          [-1, 1, 1],
          [0, 1, 2]
        ],
        reads: "lit from above left: slopes that brighten down to the right grow, the others shrink, flat areas stay",
        positive: "dark \u2192 bright, down to the right",
        seeAlso: ["sharpen"]
      },
      {
        name: "identity",
        family: "identity",
        rows: [
          [0, 0, 0],
          [0, 1, 0],
          [0, 0, 0]
        ],
        reads: "the pixel itself (on a colour image the sum of red, green and blue)",
        positive: "the brightest pixel",
        seeAlso: ["box3"]
      }
    ];
    KERNEL_NAMES = BUILTIN_KERNELS.map(({ name }) => name);
    GRADIENTS = ["sobel", "prewitt", "scharr", "roberts"].map(magnitudeOf);
  }
});

// src/models/kernel-names.ts
function looksInline(text) {
  return /[;,\s[]/.test(text.trim()) || /^[+\-−–]?\.?\d/.test(text.trim());
}
function withoutSize(name) {
  return name.replace(/\d+(x\d+)?$/, "");
}
function kernelsMeant(word) {
  const same = sameName(word, KERNEL_NAMES);
  if (same !== null) return [same];
  const said = SAID[word.toLowerCase().replace(/[-_ ]/g, "")];
  if (said) return said;
  const sizes = KERNEL_NAMES.filter((name) => sameName(word, [withoutSize(name)]) !== null);
  if (sizes.length > 0) return sizes;
  return KERNEL_NAMES.filter((name) => name.startsWith(`${word.toLowerCase()}-`));
}
function kernelName(word) {
  const gradient2 = findGradient(word);
  if (gradient2) return gradient2.name;
  const meant = kernelsMeant(word);
  if (meant.length === 1) return meant[0];
  throw unknownKernel(word, meant);
}
function findKernel(word) {
  const name = kernelName(word);
  const kernel = BUILTIN_KERNELS.find((known4) => known4.name === name);
  if (kernel) return kernel;
  const { parts: parts2, formula } = findGradient(name);
  throw new CnnvizError("usage", `${name} is not one kernel but a gradient magnitude, ${formula}`, {
    fix: `take one of its kernels: ${parts2[0]} or ${parts2[1]}`
  });
}
function unknownKernel(word, meant) {
  const all = `\`cnnviz kernels\` lists all ${KERNEL_NAMES.length}`;
  if (meant.length > 1) {
    const several = `${meant.slice(0, -1).join(", ")} or ${meant.at(-1)}`;
    return new CnnvizError("usage", `kernel "${word}": several could be meant`, {
      fix: `did you mean ${several}? ${all}`
    });
  }
  if (/\.(png|jpe?g|webp|gif|tiff?|avif|bmp)$/i.test(word)) {
    return new CnnvizError("usage", `kernel "${word}": a picture is no kernel`, {
      fix: `cut one out of it: --patch x,y,width,height@${word}`
    });
  }
  const near = nearestName(word, [...KERNEL_NAMES, ...GRADIENTS.map(({ name }) => name)]) ?? nearestOfAnySize(word);
  return new CnnvizError("usage", `unknown kernel "${word}"`, {
    fix: `${near ? `did you mean ${near}? ` : ""}${all}`
  });
}
function nearestOfAnySize(word) {
  const near = nearestName(word, KERNEL_NAMES.map(withoutSize));
  return near && KERNEL_NAMES.filter((name) => withoutSize(name) === near).join(" or ");
}
var SAID;
var init_kernel_names = __esm({
  "src/models/kernel-names.ts"() {
    "use strict";
    init_errors();
    init_names();
    init_kernels();
    SAID = {
      edges: ["edge3x3"],
      outlines: ["outline3x3"],
      sharp: ["sharpen"],
      sharper: ["sharpen"],
      sharpening: ["sharpen"],
      unsharpmask: ["unsharp5"],
      blur: ["gaussian3", "gaussian5", "box3", "box5"],
      smooth: ["gaussian3", "gaussian5", "box3", "box5"],
      mean: ["box3", "box5"],
      average: ["box3", "box5"],
      gauss: ["gaussian3", "gaussian5"],
      laplace: ["laplacian4", "laplacian8"],
      vertical: ["sobel-x", "line-v"],
      horizontal: ["sobel-y", "line-h"],
      verticaledge: ["edge3x3", "sobel-x"],
      verticaledges: ["edge3x3", "sobel-x"],
      horizontaledge: ["sobel-y", "prewitt-y"],
      horizontaledges: ["sobel-y", "prewitt-y"],
      diagonal: ["roberts-x", "line-d1", "line-d2"],
      lines: ["line-h", "line-v", "line-d1", "line-d2"],
      gradient: GRADIENTS.map(({ name }) => name)
    };
  }
});

// src/models/kernel-text.ts
function parseInlineKernel(text) {
  const plain2 = unwrapped(text.replace(/[−–]/g, "-").trim());
  refuseSize(plain2, text);
  if (/^\[\s*\[/.test(plain2)) return bracketed(plain2, text);
  const inner = plain2.replace(/^\[(.*)\]$/s, "$1").trim();
  refuseSemicolonCells(inner, text);
  const rows = rowsOf(inner.split(/[;\n]/));
  if (rows.length === 0) throw refusal(text, "expected numbers", FIX);
  refuseCommas(rows, text, true);
  if (!/;$/.test(inner)) refuseSlashes(rows, text);
  const weight = matrix(rows, text);
  if (!/;$/.test(inner)) refuseSquare(rows, text);
  return weight;
}
function unwrapped(text) {
  return text.replace(/^(?:\w+\.)?(?:array|tensor|matrix)\((.*?)(?:,\s*(?:dtype|device)=[^)]*)?\)$/s, "$1").trim();
}
function rowsOf(lines) {
  return lines.map((line2) => ({ text: line2.trim(), words: line2.split(/[\s,]+/).filter(Boolean) })).filter(({ words }) => words.length > 0);
}
function matrix(rows, text) {
  const width = rows[0].words.length;
  const values = rows.flatMap(({ words }, r) => {
    if (words.length !== width) {
      throw refusal(text, `row ${r + 1} has ${plural(words.length, "number")}, row 1 has ${width}`, FIX);
    }
    return words.map((word) => numberOf(word, r, text));
  });
  return tensor(Float32Array.from(values), [rows.length, width]);
}
function bracketed(plain2, text) {
  const lists = [...plain2.matchAll(/\[([^[\]]*)\]/g)].map(([, inside]) => inside);
  refuseCommas(rowsOf(lists), text, false);
  let nested = plain2;
  try {
    JSON.parse(plain2);
  } catch {
    nested = "";
  }
  if (nested !== "") return ofJson(nested, text);
  if (/\[\s*\[\s*\[/.test(plain2) || !/\]\s*\]$/.test(plain2)) {
    throw refusal(text, "expected rows of numbers in brackets", '"[[1, 0, -1], [1, 0, -1]]", or "1 0 -1; 1 0 -1"');
  }
  if (lists.some((inside) => inside.trim() === "")) throw refusal(text, "a row is empty", FIX);
  return matrix(rowsOf(lists), text);
}
function ofJson(json, text) {
  try {
    return parseKernelJson(json).weight;
  } catch (error) {
    throw error instanceof CnnvizError ? refusal(text, error.message, error.fix ?? FIX) : error;
  }
}
function numberOf(word, row, text) {
  const [above, below, ...rest] = word.split("/");
  const value = below === void 0 ? Number(above) : Number(above) / Number(below);
  const wellFormed = rest.length === 0 && NUMBER.test(above) && (below === void 0 || NUMBER.test(below));
  if (!wellFormed || !Number.isFinite(Math.fround(value))) {
    const fix = /[/÷*]/.test(word) ? 'a fraction is one number: "1/9 1/9 1/9; 1/9 1/9 1/9; 1/9 1/9 1/9"' : FIX;
    throw refusal(text, `row ${row + 1}: expected a finite number, got "${shorten(word, LONGEST_WORD2)}"`, fix);
  }
  return value;
}
function refuseSize(plain2, text) {
  const size = /^(\d+)\s*[x×*]\s*(\d+)$/i.exec(plain2);
  if (!size) return;
  throw refusal(
    text,
    "a size alone is no kernel, which needs its numbers",
    `a name such as edge3x3 or box3 (\`cnnviz kernels\`), numbers ("1 0 -1; 1 0 -1; 1 0 -1") or a piece of the image: --patch 0,0,${size[1]},${size[2]}`
  );
}
function refuseSemicolonCells(plain2, text) {
  const lines = plain2.split("\n").map((line2) => line2.trim().replace(/;$/, ""));
  const isTable = lines.length > 1 && lines.some((line2) => line2.includes(";"));
  if (!isTable || !lines.every((line2) => line2.split(";").every((cell) => !/\S\s+\S/.test(cell.trim())))) return;
  const rows = lines.map((line2) => line2.split(";").map((cell) => cell.trim().replace(",", ".")));
  throw refusal(text, '";" stands between the numbers of a line, but ends a row', spelling(rows));
}
function refuseCommas(rows, text, mayBeOne) {
  const mixed = rows.find(({ text: row }) => {
    const tight = /[^\s,],[^\s,]/.test(row);
    return tight && /[^\s,]\s+[^\s,]|,\s+[^\s,]/.test(row.replace(/\s+,/g, ","));
  });
  const negativeZero = rows.find(({ text: row }) => /(^|[\s,])[+-]0,\d/.test(row));
  const pairs = rows.every(({ text: row }) => DECIMAL_COMMA.test(row));
  const zeros = rows.filter(({ text: row }) => /^[+-]?0,/.test(row)).length;
  const single = mayBeOne && pairs && (rows.length === 1 || zeros === rows.length || rows.length > 2 && zeros > 0);
  if (mixed === void 0 && negativeZero === void 0 && !single) return;
  const points = rows.map(({ text: row }) => pointed(row));
  const spaced = rows.map(({ words }) => words);
  const areNumbers = points.every((row) => row.every((cell) => NUMBER.test(cell)));
  throw refusal(
    text,
    "a comma may be a decimal point or stand between numbers",
    `${areNumbers ? `with decimal points ${spelling(points)}, or ` : ""}with spaces between the numbers ${spelling(spaced)}`
  );
}
function refuseSlashes([row, ...others], text) {
  if (others.length > 0 || !row.text.includes("/")) return;
  const parts2 = rowsOf(row.text.split("/")).map(({ words }) => words);
  const [first] = parts2;
  if (first.length < 2 || parts2.some(({ length }) => length !== first.length)) return;
  throw refusal(
    text,
    '"/" may end a row or make a fraction',
    `rows are ${spelling(parts2)}; a single row with fractions ends with ";": "${row.words.join(" ")};"`
  );
}
function pointed(row) {
  const cells = /\s/.test(row) ? row.split(/,\s+|\s+/) : row.match(/[^,]+(?:,[^,]+)?/g) ?? [];
  return cells.filter(Boolean).map((cell) => cell.replace(",", "."));
}
function isSquare(count) {
  return count > 1 && Number.isInteger(Math.sqrt(count));
}
function refuseSquare(rows, text) {
  const count = rows.length === 1 ? rows[0].words.length : rows.every(({ words }) => words.length === 1) ? rows.length : 0;
  const side4 = Math.sqrt(count);
  const isColumn = rows.length > 1;
  if (!isSquare(count) || isColumn && !text.includes(";")) return;
  const numbers3 = rows.flatMap(({ words }) => words);
  const square = Array.from({ length: side4 }, (_, r) => numbers3.slice(r * side4, (r + 1) * side4));
  const meant = side4 <= MOST_SIDE ? spelling(square) : `rows with ";" behind each ${side4} numbers`;
  const line2 = isColumn ? "column" : "row";
  throw refusal(
    text,
    `${count} numbers in one ${line2}, which a ${side4}\xD7${side4} kernel also has`,
    `a ${side4}\xD7${side4} kernel is ${meant}; a single ${line2} ends with ";": ${spelling(isColumn ? numbers3.map((one) => [one]) : [numbers3])}`
  );
}
function spelling(rows) {
  const isLine = rows.length === 1 || rows.every(({ length }) => length === 1);
  const end = isLine && isSquare(rows.flat().length) ? ";" : "";
  const whole = rows.map((row) => row.join(" ")).join("; ");
  return whole.length > LONGEST2 ? 'rows of numbers with ";" behind each' : `"${whole}${end}"`;
}
function refusal(text, what, fix) {
  const shown2 = text.replace(/\s*\n\s*/g, " \u23CE ").trim();
  const short = shorten(shown2, LONGEST_TEXT);
  return new CnnvizError("usage", `kernel "${short}": ${what}`, { fix });
}
function parseKernelJson(text) {
  let value;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new CnnvizError("format", `not JSON: ${cause.message}`, { cause });
  }
  let name = null;
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    const { name: given2, weight } = value;
    if (given2 !== void 0 && typeof given2 !== "string") throw new CnnvizError("format", "name: expected a text");
    name = given2 ?? null;
    value = weight;
  }
  const shape2 = shapeOf(value);
  if (shape2.length < 2 || shape2.length > 4 || shape2.some((side4) => side4 === 0)) {
    throw new CnnvizError("format", `expected nested arrays of 2, 3 or 4 levels, got [${shape2.join(", ")}]`, {
      fix: '[[1, 0, -1], [1, 0, -1], [1, 0, -1]] or {"name": "mine", "weight": [[\u2026]]}'
    });
  }
  const values = [];
  collect(value, shape2, "", values);
  return { name, weight: tensor(Float32Array.from(values), shape2) };
}
function shapeOf(value) {
  const shape2 = [];
  for (let level = value; Array.isArray(level) && shape2.length < 6; level = level[0]) shape2.push(level.length);
  return shape2;
}
function shown(value) {
  if (Array.isArray(value)) return "an array";
  return typeof value === "number" ? String(value) : JSON.stringify(value)?.slice(0, 40) ?? "nothing";
}
function collect(value, [side4, ...inner], place, into) {
  if (!Array.isArray(value) || value.length !== side4) {
    const found = Array.isArray(value) ? `${value.length}` : shown(value);
    throw new CnnvizError("format", `weight${place}: expected an array of ${side4}, got ${found}`, { fix: EVEN });
  }
  value.forEach((entry, i) => {
    if (inner.length > 0) collect(entry, inner, `${place}[${i}]`, into);
    else if (typeof entry !== "number" || !Number.isFinite(Math.fround(entry))) {
      throw new CnnvizError("format", `weight${place}[${i}]: expected a finite number, got ${shown(entry)}`, {
        fix: EVEN
      });
    } else into.push(entry);
  });
}
var NUMBER, DECIMAL_COMMA, FIX, MOST_SIDE, LONGEST_TEXT, LONGEST_WORD2, LONGEST2, EVEN;
var init_kernel_text = __esm({
  "src/models/kernel-text.ts"() {
    "use strict";
    init_errors();
    init_geometry();
    init_tensor();
    init_text();
    NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
    DECIMAL_COMMA = /^[+-]?\d+,\d+$/;
    FIX = 'rows end with ";": "1 0 -1; 1 0 -1; 1 0 -1"';
    MOST_SIDE = 3;
    LONGEST_TEXT = 120;
    LONGEST_WORD2 = 80;
    LONGEST2 = 160;
    EVEN = "every level holds arrays of one length, the innermost numbers only";
  }
});

// src/models/kernel-weights.ts
function kernelWeight({ rows }) {
  return tensor(Float32Array.from(rows.flat()), [rows.length, rows[0].length]);
}
function expandKernel(weight, channels, groups, name) {
  const { shape: shape2, data } = weight;
  const perGroup = Math.floor(channels / groups);
  checkFinite(weight, name);
  switch (shape2.length) {
    case 2: {
      const repeated = new Float32Array(perGroup * data.length);
      for (let c = 0; c < perGroup; c++) repeated.set(data, c * data.length);
      return tensor(repeated, [1, perGroup, ...shape2]);
    }
    case 3:
    case 4: {
      const [M, C, kH, kW] = shape2.length === 3 ? [1, ...shape2] : shape2;
      if (C !== perGroup) {
        const where = groups === 1 ? "the input has" : `each of ${groups} groups has`;
        throw new CnnvizError(
          "shape",
          `${name}: the kernel [${shape2.join(", ")}] reads ${plural(C, "channel")}, ${where} ${perGroup}`,
          {
            fix: `expected [${M}, ${perGroup}, ${kH}, ${kW}]${C === 1 && groups === 1 ? "; --gray makes the input one channel" : ""}`
          }
        );
      }
      return tensor(data, [M, C, kH, kW]);
    }
    default:
      throw new CnnvizError(
        "shape",
        `${name}: expected [kH, kW], [C, kH, kW] or [M, C/groups, kH, kW], got [${shape2.join(", ")}]`,
        { fix: "give it 2, 3 or 4 axes" }
      );
  }
}
function checkFinite({ shape: shape2, data }, name) {
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new CnnvizError("format", `${name}: weight [${placeOf2(bad, shape2).join(", ")}] is ${data[bad]}`, {
      fix: "weights must be finite numbers"
    });
  }
}
function placeOf2(index, shape2) {
  const place = [];
  let rest = index;
  for (const side4 of [...shape2].reverse()) {
    place.unshift(rest % side4);
    rest = Math.floor(rest / side4);
  }
  return place;
}
var init_kernel_weights = __esm({
  "src/models/kernel-weights.ts"() {
    "use strict";
    init_errors();
    init_geometry();
    init_tensor();
  }
});

// src/models/networks/fields.ts
function isNone(value) {
  return value === null || value === "none";
}
function isList(value) {
  return Array.isArray(value);
}
function isWhole(value, min) {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= min;
}
function pointMeant(value) {
  const text = isList(value) && value.length === 2 ? value.join() : value;
  return typeof text === "string" && /^[+-]?\d+,\d+$/.test(text) ? text.replace(",", ".") : null;
}
function foundWords(value) {
  return typeof value === "number" ? String(value) : JSON.stringify(value);
}
function refuse2(name, expected, value, near = null) {
  const found = value === void 0 ? "nothing" : foundWords(value).slice(0, 60);
  const meant = near ?? (expected.includes("a number") ? pointMeant(value) : null);
  throw new CnnvizError("usage", `${name}: expected ${expected}, got ${found}`, {
    fix: meant ? `did you mean ${meant}?` : `write ${name} as ${expected}`
  });
}
var Fields, PADDING_RULES;
var init_fields = __esm({
  "src/models/networks/fields.ts"() {
    "use strict";
    init_errors();
    init_names();
    Fields = class {
      #values;
      /** @throws CnnvizError 'usage' for a field the layer does not have, with the nearest that it has */
      constructor(word, values, known4) {
        this.#values = values;
        for (const name of values.keys()) {
          if (known4.includes(name)) continue;
          const near = nearestName(name, known4);
          const fields = known4.length === 0 ? `${word} has no fields` : `fields of ${word}: ${known4.join(", ")}`;
          throw new CnnvizError("usage", `${name}: ${word} has no such field`, {
            fix: `${near ? `did you mean ${near}? ` : ""}${fields}`
          });
        }
      }
      has(name) {
        return this.#values.has(name);
      }
      /** The value as it is; undefined when it was not said. */
      raw(name) {
        return this.#values.get(name);
      }
      number(name, otherwise) {
        const value = this.raw(name);
        if (value === void 0) return otherwise;
        return typeof value === "number" && Number.isFinite(value) ? value : refuse2(name, "a number", value);
      }
      whole(name, min, otherwise) {
        const value = this.raw(name);
        if (value === void 0 || isNone(value) && otherwise === null) return otherwise;
        if (isWhole(value, min)) return value;
        return refuse2(name, min === -Infinity ? "a whole number" : `a whole number from ${min}`, value);
      }
      boolean(name, otherwise) {
        const value = this.raw(name);
        if (value === void 0) return otherwise;
        return typeof value === "boolean" ? value : refuse2(name, "true or false", value);
      }
      /** One of some words. */
      word(name, words, otherwise) {
        const value = this.raw(name);
        if (value === void 0) return otherwise;
        const near = typeof value === "string" ? nearestName(value, words) : null;
        const word = typeof value === "string" ? sameName(value, words) : null;
        return word ?? refuse2(name, `one of ${words.join(", ")}`, value, near);
      }
      /** n or [height, width]; undefined when it was not said. */
      pair(name) {
        const value = this.raw(name);
        if (value === void 0 || isNone(value)) return void 0;
        if (isWhole(value, 1)) return [value, value];
        if (isList(value) && value.length === 2 && value.every((side4) => isWhole(side4, 1))) {
          return value;
        }
        return refuse2(name, "a whole number from 1, or height,width", value);
      }
      /** n, [h, w], [top, left, bottom, right] or a rule. */
      padding(name) {
        const value = this.raw(name);
        if (value === void 0) return 0;
        if (isWhole(value, 0)) return value;
        const rule = typeof value === "string" ? sameName(value, PADDING_RULES) : null;
        if (rule) return rule;
        if (isList(value) && [2, 4].includes(value.length) && value.every((side4) => isWhole(side4, 0))) {
          return value;
        }
        return refuse2(name, "n, h,w, t,l,b,r, same, valid or full", value);
      }
    };
    PADDING_RULES = ["same", "valid", "full"];
  }
});

// src/models/networks/words/activations.ts
function activationWord(word, className, parameters = []) {
  const names = parameters.map(([field]) => field);
  return {
    word,
    positional: names,
    fields: [...names, "inplace"],
    classes: { [className]: names },
    build(_, fields) {
      const values = parameters.map(([field, otherwise]) => fields.number(field, otherwise));
      return plain({ kind: "activation", name: word, parameters: values });
    }
  };
}
function plain(layer3) {
  return { layer: layer3, parameters: [] };
}
var ACTIVATION_WORDS;
var init_activations = __esm({
  "src/models/networks/words/activations.ts"() {
    "use strict";
    ACTIVATION_WORDS = [
      activationWord("relu", "ReLU"),
      activationWord("relu6", "ReLU6"),
      activationWord("leaky_relu", "LeakyReLU", [["negative_slope", 0.01]]),
      activationWord("elu", "ELU", [["alpha", 1]]),
      {
        word: "gelu",
        positional: ["approximate"],
        fields: ["approximate"],
        classes: { GELU: ["approximate"] },
        build(_, fields) {
          const word = fields.word("approximate", ["none", "tanh"], "none");
          return plain({ kind: "activation", name: word === "tanh" ? "gelu_tanh" : "gelu", parameters: [] });
        }
      },
      activationWord("silu", "SiLU"),
      activationWord("hardswish", "Hardswish"),
      activationWord("softplus", "Softplus", [
        ["beta", 1],
        ["threshold", 20]
      ]),
      activationWord("sigmoid", "Sigmoid"),
      activationWord("tanh", "Tanh")
    ];
  }
});

// src/models/networks/words/others.ts
function softmaxWord(word, classes) {
  return {
    word,
    positional: ["dim"],
    fields: ["dim"],
    classes,
    build: (_, fields) => plain({ kind: word, dim: fields.whole("dim", -Infinity, null) })
  };
}
var OTHER_WORDS;
var init_others = __esm({
  "src/models/networks/words/others.ts"() {
    "use strict";
    init_errors();
    init_activations();
    OTHER_WORDS = [
      {
        word: "lrn",
        positional: ["size"],
        fields: ["size", "alpha", "beta", "k"],
        classes: { LocalResponseNorm: ["size"] },
        build(_, fields) {
          const size = fields.whole("size", 1, null);
          if (size === null) throw new CnnvizError("usage", "size: lrn needs its size", { fix: 'such as "lrn 5 k=2"' });
          const [alpha, beta, k] = [fields.number("alpha", 1e-4), fields.number("beta", 0.75), fields.number("k", 1)];
          return plain({ kind: "lrn", size, alpha, beta, k });
        }
      },
      {
        word: "flatten",
        positional: ["start_dim", "end_dim"],
        fields: ["start_dim", "end_dim"],
        classes: { Flatten: ["start_dim", "end_dim"] },
        build: (_, fields) => plain({
          kind: "flatten",
          startDim: fields.whole("start_dim", -Infinity, 1),
          endDim: fields.whole("end_dim", -Infinity, -1)
        })
      },
      {
        word: "dropout",
        positional: ["p"],
        fields: ["p", "inplace"],
        classes: { Dropout: ["p"], Dropout2d: ["p"], AlphaDropout: ["p"] },
        build(_, fields) {
          const p = fields.number("p", 0.5);
          return plain({ kind: "dropout", ...p === 0.5 ? {} : { p } });
        }
      },
      softmaxWord("softmax", { Softmax: ["dim"], Softmax2d: [] }),
      softmaxWord("log_softmax", { LogSoftmax: ["dim"] }),
      { word: "add", positional: [], fields: [], classes: {}, joins: true, build: () => plain({ kind: "add" }) },
      {
        word: "concat",
        positional: ["dim"],
        fields: ["dim"],
        classes: {},
        joins: true,
        build: (_, fields) => plain({ kind: "concat", dim: fields.whole("dim", -Infinity, 1) })
      },
      { word: "identity", positional: [], fields: [], classes: { Identity: [] }, build: () => plain({ kind: "identity" }) }
    ];
  }
});

// src/models/networks/words/pools.ts
function poolFields(fields) {
  const kernelSize = fields.pair("kernel_size");
  if (!kernelSize) {
    throw new CnnvizError("usage", "kernel_size: a pool needs its size", { fix: 'such as "max_pool 3 stride=2"' });
  }
  const stride = fields.pair("stride") ?? kernelSize;
  const padding = fields.padding("padding");
  if (typeof padding === "string") return refuse2("padding", "n, h,w or t,l,b,r", padding);
  const sides = typeof padding === "number" ? [padding] : padding;
  const [top, left = top, bottom = top, right = left] = sides;
  const pads = [top, left, bottom, right];
  return { kernelSize, stride, pads, ceilMode: fields.boolean("ceil_mode", false) };
}
function sigmaOf(fields, kernelSize) {
  const value = fields.raw("sigma");
  if (value === void 0 || isNone(value)) return [kernelSize[0] / 4, kernelSize[1] / 4];
  const sigma = isList(value) ? value : [value, value];
  if (sigma.length !== 2 || !sigma.every((one) => typeof one === "number" && one > 0)) {
    return refuse2("sigma", "a number above 0, or vertical,horizontal", value);
  }
  return sigma;
}
function adaptiveWord(word, name) {
  return {
    word,
    positional: ["output_size"],
    fields: word === "adaptive_max_pool" ? ["output_size", "return_indices"] : ["output_size"],
    classes: { [name]: ["output_size"] },
    build(_, fields) {
      if (word === "adaptive_max_pool") refuseIndices(fields);
      const value = fields.raw("output_size");
      const sides = isList(value) ? value : [value, value];
      const isSide = (side4) => isNone(side4) || isWhole(side4, 1);
      if (sides.length !== 2 || value === void 0 || !sides.every(isSide)) {
        return refuse2("output_size", "a whole number from 1, or height,width; none keeps a side", value);
      }
      const [height, width] = sides.map((side4) => isNone(side4) ? null : side4);
      return plain({ kind: word, outputSize: [height, width] });
    }
  };
}
function refuseIndices(fields) {
  if (fields.boolean("return_indices", false)) {
    throw new CnnvizError("unsupported", "return_indices: a pool gives its values only", {
      fix: "leave return_indices out"
    });
  }
}
var POOL_FIELDS, POOL_WORDS;
var init_pools = __esm({
  "src/models/networks/words/pools.ts"() {
    "use strict";
    init_errors();
    init_fields();
    init_activations();
    POOL_FIELDS = ["kernel_size", "stride", "padding", "ceil_mode"];
    POOL_WORDS = [
      {
        word: "max_pool",
        positional: ["kernel_size"],
        fields: [...POOL_FIELDS, "dilation", "return_indices"],
        classes: { MaxPool2d: ["kernel_size"] },
        build(_, fields) {
          refuseIndices(fields);
          return plain({ kind: "max_pool", ...poolFields(fields), dilation: fields.pair("dilation") ?? [1, 1] });
        }
      },
      {
        word: "avg_pool",
        positional: ["kernel_size"],
        fields: [...POOL_FIELDS, "count_include_pad", "divisor_override"],
        classes: { AvgPool2d: ["kernel_size"] },
        build: (_, fields) => plain({
          kind: "avg_pool",
          ...poolFields(fields),
          countIncludePad: fields.boolean("count_include_pad", true),
          divisorOverride: fields.whole("divisor_override", 1, null)
        })
      },
      {
        word: "gauss_pool",
        positional: ["kernel_size"],
        fields: [...POOL_FIELDS, "count_include_pad", "sigma"],
        classes: {},
        build(_, fields) {
          const pool4 = poolFields(fields);
          const sigma = sigmaOf(fields, pool4.kernelSize);
          return plain({ kind: "gauss_pool", ...pool4, sigma, countIncludePad: fields.boolean("count_include_pad", true) });
        }
      },
      adaptiveWord("adaptive_avg_pool", "AdaptiveAvgPool2d"),
      adaptiveWord("adaptive_max_pool", "AdaptiveMaxPool2d")
    ];
  }
});

// src/models/networks/words/weighted.ts
function parameter(layer3, role, shape2, source) {
  return { role, name: `${layer3}.${role}`, shape: shape2, source };
}
function isArrayPath(value) {
  return typeof value === "string" && /\.npy$/i.test(value);
}
function biasOf(layer3, fields, isDefault) {
  const value = fields.raw("bias") ?? isDefault;
  const shape2 = { kind: "outputs" };
  if (value === true) return parameter(layer3, "bias", shape2, CHECKPOINT);
  if (value === false) return null;
  return parameter(layer3, "bias", shape2, numbersSource("bias", value, "true, false, a number or FILE.npy"));
}
function numbersSource(role, value, expected = "a number or FILE.npy") {
  if (typeof value === "number") return { kind: "number", value };
  return isArrayPath(value) ? { kind: "array", path: value } : refuse2(role, expected, value);
}
function kernelSource(value) {
  if (typeof value !== "string") return refuse2("kernel", "a name, FILE.npy or rows of numbers", value);
  if (isArrayPath(value)) return { kind: "array", path: value };
  if (looksInline(value)) {
    parseInlineKernel(value);
    return { kind: "inline-kernel", text: value };
  }
  return { kind: "builtin-kernel", name: findKernel(value).name };
}
function saidWeight(fields) {
  const [kernel, weight] = [fields.raw("kernel"), fields.raw("weight")];
  if (kernel !== void 0 && weight !== void 0) {
    throw new CnnvizError("usage", "kernel: weight says the same", { fix: "keep one of kernel and weight" });
  }
  if (kernel !== void 0) return kernelSource(kernel);
  if (weight === void 0) return null;
  return isArrayPath(weight) ? { kind: "array", path: weight } : refuse2("weight", "FILE.npy", weight);
}
function buildConv(name, fields) {
  const layer3 = {
    kind: "conv",
    stride: fields.pair("stride") ?? [1, 1],
    padding: fields.padding("padding"),
    paddingMode: fields.word("padding_mode", MODES, "zeros"),
    dilation: fields.pair("dilation") ?? [1, 1],
    groups: fields.whole("groups", 1, 1)
  };
  const shape2 = {
    kind: "conv",
    outChannels: fields.whole("out_channels", 1, null),
    inChannels: fields.whole("in_channels", 1, null),
    kernelSize: fields.pair("kernel_size") ?? null,
    groups: layer3.groups
  };
  const said = saidWeight(fields);
  if (said === null && (shape2.outChannels === null || shape2.kernelSize === null)) {
    throw new CnnvizError("usage", "conv needs a kernel, or out_channels and kernel_size", {
      fix: 'such as "conv edge3x3", "conv weight=K.npy" or "conv out_channels=16 kernel_size=3"'
    });
  }
  return {
    layer: layer3,
    parameters: [parameter(name, "weight", shape2, said ?? CHECKPOINT), biasOf(name, fields, said === null)]
  };
}
function buildLinear(name, fields) {
  const outFeatures = fields.whole("out_features", 1, null);
  const shape2 = { kind: "linear", outFeatures, inFeatures: fields.whole("in_features", 1, null) };
  const weight = fields.raw("weight");
  if (weight === void 0 && outFeatures === null) {
    throw new CnnvizError("usage", "linear needs out_features, or weight=FILE.npy", {
      fix: 'such as "linear out_features=10"'
    });
  }
  if (weight !== void 0 && !isArrayPath(weight)) return refuse2("weight", "FILE.npy", weight);
  const source = weight === void 0 ? CHECKPOINT : { kind: "array", path: weight };
  return {
    layer: { kind: "linear" },
    parameters: [parameter(name, "weight", shape2, source), biasOf(name, fields, weight === void 0)]
  };
}
function buildNorm(name, fields) {
  if (!fields.boolean("track_running_stats", true)) {
    throw new CnnvizError("unsupported", "track_running_stats: a batch norm without running statistics", {
      fix: "train it with track_running_stats=True"
    });
  }
  const shape2 = { kind: "channels", count: fields.whole("num_features", 1, null) };
  const affine2 = fields.boolean("affine", true);
  const said = NORM_ROLES.filter((role) => fields.has(role));
  const parameters = NORM_ROLES.map((role) => {
    const isAffine = role === "weight" || role === "bias";
    const value = fields.raw(role);
    if (isAffine && !affine2 && value !== void 0) return refuse2(role, "nothing beside affine=false", value);
    if (value !== void 0) return parameter(name, role, shape2, numbersSource(role, value));
    if (isAffine && (!affine2 || said.length > 0)) return null;
    if (said.length === 0) return parameter(name, role, shape2, CHECKPOINT);
    throw new CnnvizError("usage", `${said[0]}: ${role} is missing beside it`, {
      fix: `say running_mean and running_var, or none of the arrays`
    });
  });
  const momentum = fields.number("momentum", 0.1);
  const layer3 = { kind: "batch_norm", eps: fields.number("eps", 1e-5) };
  return { layer: momentum === 0.1 ? layer3 : { ...layer3, momentum }, parameters };
}
var MODES, CHECKPOINT, NORM_ROLES, WEIGHTED_WORDS;
var init_weighted = __esm({
  "src/models/networks/words/weighted.ts"() {
    "use strict";
    init_errors();
    init_kernel_names();
    init_kernel_text();
    init_fields();
    MODES = ["zeros", "reflect", "replicate", "circular"];
    CHECKPOINT = { kind: "checkpoint" };
    NORM_ROLES = ["weight", "bias", "running_mean", "running_var"];
    WEIGHTED_WORDS = [
      {
        word: "conv",
        positional: ["kernel"],
        fields: [
          "kernel",
          "in_channels",
          "out_channels",
          "kernel_size",
          "stride",
          "padding",
          "dilation",
          "groups",
          "bias",
          "padding_mode",
          "weight"
        ],
        classes: { Conv2d: ["in_channels", "out_channels"] },
        build: buildConv
      },
      {
        word: "linear",
        positional: ["out_features"],
        fields: ["in_features", "out_features", "bias", "weight"],
        classes: { Linear: ["in_features", "out_features"] },
        build: buildLinear
      },
      {
        word: "batch_norm",
        positional: ["num_features"],
        fields: ["num_features", "eps", "momentum", "affine", "track_running_stats", ...NORM_ROLES],
        classes: { BatchNorm2d: ["num_features"], BatchNorm1d: ["num_features"], SyncBatchNorm: ["num_features"] },
        build: buildNorm
      }
    ];
  }
});

// src/models/networks/layer-words.ts
function findWord(word) {
  const name = sameName(word, LAYER_WORDS);
  const found = LAYER_TABLE.find((one) => one.word === name);
  if (found) return found;
  const near = LAYER_TABLE.find(({ classes }) => Object.hasOwn(classes, word))?.word ?? nearestName(word, LAYER_WORDS);
  throw new CnnvizError("usage", `unknown layer "${word}"`, {
    fix: `${near ? `did you mean ${near}? ` : ""}layers: ${LAYER_WORDS.join(", ")}`
  });
}
function layerSpec(word, name, values, from = null) {
  const entry = findWord(word);
  const built = entry.build(name, new Fields(word, values, entry.fields));
  if (entry.joins && (from?.length ?? 0) < 2) {
    throw new CnnvizError("usage", `from: ${word} needs two layers or more`, {
      fix: `name what it reads: from=input,${name === word ? "conv" : name}`
    });
  }
  if (!entry.joins && from !== null && from.length !== 1) {
    throw new CnnvizError("usage", `from: ${word} reads one layer, got ${from.length}`, {
      fix: "join them first: add or concat"
    });
  }
  return { name, from, ...built };
}
var LAYER_TABLE, LAYER_WORDS;
var init_layer_words = __esm({
  "src/models/networks/layer-words.ts"() {
    "use strict";
    init_errors();
    init_names();
    init_fields();
    init_activations();
    init_others();
    init_pools();
    init_weighted();
    LAYER_TABLE = [
      ...WEIGHTED_WORDS,
      ...POOL_WORDS,
      ...ACTIVATION_WORDS,
      ...OTHER_WORDS
    ];
    LAYER_WORDS = LAYER_TABLE.map(({ word }) => word);
  }
});

// src/models/networks/builtin/build.ts
function layer(word, name, fields = {}, from = null) {
  return layerSpec(word, name, new Map(Object.entries(fields)), from);
}
function conv(name, inChannels, outChannels, kernelSize, fields = {}, from = null) {
  const said = { in_channels: inChannels, out_channels: outChannels, kernel_size: kernelSize, ...fields };
  return layer("conv", name, said, from);
}
function linear(name, inFeatures, outFeatures) {
  return layer("linear", name, { in_features: inFeatures, out_features: outFeatures });
}
var init_build = __esm({
  "src/models/networks/builtin/build.ts"() {
    "use strict";
    init_layer_words();
  }
});

// src/models/networks/builtin/alexnet.ts
function alexnetLayers() {
  return [
    conv("features.0", 3, 64, 11, { stride: 4, padding: 2 }),
    layer("relu", "features.1"),
    pool("features.2"),
    conv("features.3", 64, 192, 5, { padding: 2 }),
    layer("relu", "features.4"),
    pool("features.5"),
    conv("features.6", 192, 384, 3, { padding: 1 }),
    layer("relu", "features.7"),
    conv("features.8", 384, 256, 3, { padding: 1 }),
    layer("relu", "features.9"),
    conv("features.10", 256, 256, 3, { padding: 1 }),
    layer("relu", "features.11"),
    pool("features.12"),
    layer("adaptive_avg_pool", "avgpool", { output_size: 6 }),
    layer("flatten", "flatten"),
    layer("dropout", "classifier.0"),
    linear("classifier.1", 9216, 4096),
    layer("relu", "classifier.2"),
    layer("dropout", "classifier.3"),
    linear("classifier.4", 4096, 4096),
    layer("relu", "classifier.5"),
    linear("classifier.6", 4096, 1e3)
  ];
}
function alexnet2012Layers() {
  const norm2 = (name) => layer("lrn", name, { size: 5, alpha: 1e-4, beta: 0.75, k: 2 });
  return [
    conv("conv1", 3, 96, 11, { stride: 4 }),
    layer("relu", "relu1"),
    norm2("norm1"),
    pool("pool1"),
    conv("conv2", 96, 256, 5, { padding: 2, groups: 2 }),
    layer("relu", "relu2"),
    norm2("norm2"),
    pool("pool2"),
    conv("conv3", 256, 384, 3, { padding: 1 }),
    layer("relu", "relu3"),
    conv("conv4", 384, 384, 3, { padding: 1, groups: 2 }),
    layer("relu", "relu4"),
    conv("conv5", 384, 256, 3, { padding: 1, groups: 2 }),
    layer("relu", "relu5"),
    pool("pool5"),
    layer("flatten", "flatten"),
    linear("fc6", 9216, 4096),
    layer("relu", "relu6"),
    layer("dropout", "drop6"),
    linear("fc7", 4096, 4096),
    layer("relu", "relu7"),
    layer("dropout", "drop7"),
    linear("fc8", 4096, 1e3)
  ];
}
var pool;
var init_alexnet = __esm({
  "src/models/networks/builtin/alexnet.ts"() {
    "use strict";
    init_build();
    pool = (name) => layer("max_pool", name, { kernel_size: 3, stride: 2 });
  }
});

// src/models/networks/builtin/lenet.ts
function lenet5Layers() {
  const pool4 = (name) => layer("avg_pool", name, { kernel_size: 2, stride: 2 });
  return [
    conv("conv1", 1, 6, 5),
    layer("tanh", "tanh1"),
    pool4("pool1"),
    conv("conv2", 6, 16, 5),
    layer("tanh", "tanh2"),
    pool4("pool2"),
    conv("conv3", 16, 120, 5),
    layer("tanh", "tanh3"),
    layer("flatten", "flatten"),
    linear("fc1", 120, 84),
    layer("tanh", "tanh4"),
    linear("fc2", 84, 10)
  ];
}
function digitsLayers() {
  const pool4 = (name) => layer("max_pool", name, { kernel_size: 2, stride: 2 });
  return [
    conv("conv1", 1, 6, 5, { padding: 2 }),
    layer("relu", "relu1"),
    pool4("pool1"),
    conv("conv2", 6, 16, 5),
    layer("relu", "relu2"),
    pool4("pool2"),
    layer("flatten", "flatten"),
    linear("fc1", 400, 120),
    layer("relu", "relu3"),
    linear("fc2", 120, 84),
    layer("relu", "relu4"),
    linear("fc3", 84, 10)
  ];
}
var init_lenet = __esm({
  "src/models/networks/builtin/lenet.ts"() {
    "use strict";
    init_build();
  }
});

// src/models/networks/builtin/resnet.ts
function basicBlock(name, input, channels, out, stride) {
  const changes = stride !== 1 || channels !== out;
  const shortcut = changes ? [conv(`${name}.downsample.0`, channels, out, 1, { stride, bias: false }, [input]), norm(`${name}.downsample.1`)] : [];
  return [
    conv(`${name}.conv1`, channels, out, 3, { stride, padding: 1, bias: false }, [input]),
    norm(`${name}.bn1`),
    layer("relu", `${name}.relu`),
    conv(`${name}.conv2`, out, out, 3, { padding: 1, bias: false }),
    norm(`${name}.bn2`),
    ...shortcut,
    layer("add", `${name}.add`, {}, [`${name}.bn2`, changes ? `${name}.downsample.1` : input]),
    layer("relu", `${name}.relu_1`)
  ];
}
function resnet18Layers() {
  const layers = [
    conv("conv1", 3, 64, 7, { stride: 2, padding: 3, bias: false }),
    norm("bn1"),
    layer("relu", "relu"),
    layer("max_pool", "maxpool", { kernel_size: 3, stride: 2, padding: 1 })
  ];
  let channels = 64;
  for (const [i, out] of [64, 128, 256, 512].entries()) {
    for (const block of [0, 1]) {
      const input = layers[layers.length - 1].name;
      layers.push(...basicBlock(`layer${i + 1}.${block}`, input, channels, out, block === 0 && i > 0 ? 2 : 1));
      channels = out;
    }
  }
  return [
    ...layers,
    layer("adaptive_avg_pool", "avgpool", { output_size: 1 }),
    layer("flatten", "flatten"),
    linear("fc", 512, 1e3)
  ];
}
var norm;
var init_resnet = __esm({
  "src/models/networks/builtin/resnet.ts"() {
    "use strict";
    init_build();
    norm = (name) => layer("batch_norm", name);
  }
});

// src/models/networks/builtin/squeezenet.ts
function fire(name, channels, squeeze2, expand2) {
  const squeezed = `${name}.squeeze_activation`;
  return [
    conv(`${name}.squeeze`, channels, squeeze2, 1),
    layer("relu", squeezed),
    conv(`${name}.expand1x1`, squeeze2, expand2, 1),
    layer("relu", `${name}.expand1x1_activation`),
    conv(`${name}.expand3x3`, squeeze2, expand2, 3, { padding: 1 }, [squeezed]),
    layer("relu", `${name}.expand3x3_activation`),
    layer("concat", `${name}.cat`, { dim: 1 }, [`${name}.expand1x1_activation`, `${name}.expand3x3_activation`])
  ];
}
function squeezenetLayers() {
  return [
    conv("features.0", 3, 64, 3, { stride: 2 }),
    layer("relu", "features.1"),
    pool2("features.2"),
    ...fire("features.3", 64, 16, 64),
    ...fire("features.4", 128, 16, 64),
    pool2("features.5"),
    ...fire("features.6", 128, 32, 128),
    ...fire("features.7", 256, 32, 128),
    pool2("features.8"),
    ...fire("features.9", 256, 48, 192),
    ...fire("features.10", 384, 48, 192),
    ...fire("features.11", 384, 64, 256),
    ...fire("features.12", 512, 64, 256),
    layer("dropout", "classifier.0"),
    conv("classifier.1", 512, 1e3, 1),
    layer("relu", "classifier.2"),
    layer("adaptive_avg_pool", "classifier.3", { output_size: 1 }),
    layer("flatten", "flatten")
  ];
}
var pool2;
var init_squeezenet = __esm({
  "src/models/networks/builtin/squeezenet.ts"() {
    "use strict";
    init_build();
    pool2 = (name) => layer("max_pool", name, { kernel_size: 3, stride: 2, ceil_mode: true });
  }
});

// src/models/networks/builtin/vgg.ts
function vggLayers(name) {
  const layers = [];
  const next = () => `features.${layers.length}`;
  let channels = 3;
  for (const block of BLOCKS[name]) {
    for (const out of block) {
      layers.push(conv(next(), channels, out, 3, { padding: 1 }));
      layers.push(layer("relu", next()));
      channels = out;
    }
    layers.push(layer("max_pool", next(), { kernel_size: 2, stride: 2 }));
  }
  return [
    ...layers,
    layer("adaptive_avg_pool", "avgpool", { output_size: 7 }),
    layer("flatten", "flatten"),
    linear("classifier.0", 512 * 7 * 7, 4096),
    layer("relu", "classifier.1"),
    layer("dropout", "classifier.2"),
    linear("classifier.3", 4096, 4096),
    layer("relu", "classifier.4"),
    layer("dropout", "classifier.5"),
    linear("classifier.6", 4096, 1e3)
  ];
}
var BLOCKS;
var init_vgg = __esm({
  "src/models/networks/builtin/vgg.ts"() {
    "use strict";
    init_build();
    BLOCKS = {
      vgg11: [[64], [128], [256, 256], [512, 512], [512, 512]],
      vgg16: [
        [64, 64],
        [128, 128],
        [256, 256, 256],
        [512, 512, 512],
        [512, 512, 512]
      ]
    };
  }
});

// src/models/networks/builtin/index.ts
function asMnist() {
  const mnist = presetFor("mnist");
  return { ...mnist, preprocess: { ...mnist.preprocess, normalize: null } };
}
function plainName(name) {
  return name.toLowerCase().replace(/[-_. ]/g, "");
}
function builtinName(text) {
  return BUILTINS.find(({ name }) => plainName(name) === plainName(text))?.name ?? null;
}
function isBuiltin(text) {
  return BUILTINS.some(({ name }) => name === text);
}
function builtinNetwork(name) {
  const own = builtinName(name);
  const found = BUILTINS.find((one) => one.name === own);
  if (!found) {
    const names = BUILTINS.map((one) => one.name);
    const near = nearestName(name, names);
    throw new CnnvizError("usage", `unknown network "${name}"`, {
      fix: near ? `did you mean ${near}?` : `built in: ${names.join(", ")}`
    });
  }
  const { input, preset, layers } = found;
  return { name: found.name, input, preset, layers: layers(), outputs: null, files: [], isPrinted: false, notes: [] };
}
var IMAGE, DIGIT, BUILTINS, BUILTIN_NETWORKS;
var init_builtin = __esm({
  "src/models/networks/builtin/index.ts"() {
    "use strict";
    init_errors();
    init_job();
    init_names();
    init_alexnet();
    init_lenet();
    init_resnet();
    init_squeezenet();
    init_vgg();
    IMAGE = [3, 224, 224];
    DIGIT = {
      geometry: { resize: [32, 32], crop: null },
      preprocess: { pixels: "unit", gray: true, normalize: null }
    };
    BUILTINS = [
      {
        name: "digits",
        summary: "handwritten digits, 28\xD728: trained, ships with the package",
        input: [1, 28, 28],
        preset: asMnist(),
        layers: digitsLayers
      },
      { name: "lenet5", summary: "LeNet-5, 1998", input: [1, 32, 32], preset: DIGIT, layers: lenet5Layers },
      { name: "alexnet", summary: "torchvision's AlexNet", input: IMAGE, preset: "imagenet", layers: alexnetLayers },
      {
        name: "alexnet-2012",
        summary: "the AlexNet of the paper: two groups, LRN",
        input: [3, 227, 227],
        preset: "imagenet",
        layers: alexnet2012Layers
      },
      { name: "vgg11", summary: "VGG, 11 layers", input: IMAGE, preset: "imagenet", layers: () => vggLayers("vgg11") },
      { name: "vgg16", summary: "VGG, 16 layers", input: IMAGE, preset: "imagenet", layers: () => vggLayers("vgg16") },
      { name: "squeezenet1_1", summary: "SqueezeNet 1.1", input: IMAGE, preset: "imagenet", layers: squeezenetLayers },
      { name: "resnet18", summary: "ResNet, 18 layers", input: IMAGE, preset: "imagenet", layers: resnet18Layers }
    ];
    BUILTIN_NETWORKS = BUILTINS;
  }
});

// src/models/networks/recognize.ts
function recognizeTensors(tensors) {
  const list = [...tensors].filter(({ name }) => !name.endsWith("num_batches_tracked"));
  for (const { name } of BUILTIN_NETWORKS) {
    const found = fitBuiltin(name, list);
    if (found?.fault === null) return { kind: "builtin", name, classes: found.classes };
  }
  const shapes = shapesWithout(list, LANDMARKS);
  for (const { landmarks, name } of FAMILIES) {
    const found = landmarks.every((one) => shapes.has(one)) ? name(shapes) : null;
    if (!found) continue;
    const [words, file] = found;
    const near = BUILTIN_NETWORKS.some((one) => one.name === file) ? fitBuiltin(file, list) : null;
    if (near) {
      const { fault, isHeadless } = near;
      return { kind: "variant", name: file, words, fault: fault ?? "it has other tensors", isHeadless };
    }
    const isOther = file.startsWith("vgg") && hasOtherClassifier(shapes);
    const classes = shapes.get("classifier.6.weight")?.[0] ?? null;
    return {
      kind: "known",
      words: isOther ? `${words} with another classifier` : words,
      file: isOther ? "model" : file,
      classes
    };
  }
  return null;
}
function hasOtherClassifier(shapes) {
  const first = shapes.get("classifier.0.weight");
  return shapes.has("classifier.weight") || first !== void 0 && `${first}` !== "4096,25088";
}
function shapesWithout(tensors, expected) {
  const prefix = findPrefix(
    tensors.map(({ name }) => name),
    expected
  );
  return new Map(tensors.map(({ name, shape: shape2 }) => [withoutPrefix(name, prefix), shape2]));
}
function fitBuiltin(name, tensors) {
  const expected = builtinShapes(name);
  const shapes = shapesWithout(tensors, new Set(expected.keys()));
  const last = [...expected.keys()].findLast((one) => one.endsWith(".weight")).replace(/weight$/, "");
  const missing = [...expected.keys()].filter((one) => !shapes.has(one));
  const classes = shapes.get(`${last}weight`)?.[0] ?? null;
  const isOther = classes !== null && classes !== expected.get(`${last}weight`)[0];
  const isHeadless = missing.length > 0 && missing.every((one) => one.startsWith(last));
  const fault = () => {
    if (isHeadless) return `its last layer, ${last.slice(0, -1)}, is missing`;
    if (missing.length > 0) return `${missing[0]} is missing`;
    for (const [one, shape2] of expected) {
      const found = shapes.get(one);
      const from = one.startsWith(last) && found[0] === classes ? 1 : 0;
      if (found.length === shape2.length && found.slice(from).every((length, axis) => length === shape2[axis + from]))
        continue;
      return `${one} is [${found.join(", ")}], not [${shape2.join(", ")}]`;
    }
    const outer = new Set([...expected.keys()].map(outermost));
    const more = [...shapes.keys()].find((one) => !expected.has(one) && outer.has(outermost(one)));
    return more === void 0 ? null : `it has ${more} as well`;
  };
  return { fault: fault(), isHeadless, classes: isOther ? classes : null };
}
function outermost(name) {
  return name.split(".")[0];
}
function builtinShapes(name) {
  const shapes = /* @__PURE__ */ new Map();
  let outputs = 0;
  for (const { parameters } of builtinNetwork(name).layers) {
    for (const parameter2 of parameters) {
      if (parameter2 === null) continue;
      const shape2 = shapeOf2(parameter2, outputs);
      if (parameter2.shape.kind === "conv" || parameter2.shape.kind === "linear") outputs = shape2[0];
      shapes.set(parameter2.name, shape2);
    }
  }
  return shapes;
}
function shapeOf2({ shape: shape2 }, outputs) {
  switch (shape2.kind) {
    case "conv":
      return [shape2.outChannels, shape2.inChannels / shape2.groups, ...shape2.kernelSize];
    case "linear":
      return [shape2.outFeatures, shape2.inFeatures];
    default:
      return [outputs];
  }
}
function tellArchitecture(found, file) {
  switch (found?.kind) {
    case "builtin":
      return {
        what: `by names and shapes the weights of ${found.name}${found.classes === null ? "" : ` for ${found.classes} classes`}`,
        fix: `this looks like ${found.name}: cnnviz run ${shellWord(`${found.name}@${file}`)} photo.jpg`
      };
    case "variant":
      return {
        what: `${found.words} by its tensors, but not the built-in ${found.name}: ${found.fault}`,
        fix: exportAs(found.words, found.name)
      };
    case "known":
      return {
        what: `${found.words} by its tensors, which is not built in`,
        fix: found.file.startsWith("vgg") ? printVgg(found.file, found.classes, file) : exportAs(found.words, found.file)
      };
    default:
      return {
        what: "of an architecture that is not known here",
        fix: `name its layers before it: a network file (.yaml) or the text of print(model), ${shellWord(`net.yaml@${file}`)}; or ${exportAs("it", "model")}`
      };
  }
}
function exportAs(words, name) {
  return `export ${words === "it" ? words : "the model"} where it was made: torch.onnx.export(model.eval(), torch.zeros(1, 3, 224, 224), '${name}.onnx'), then: cnnviz run ${name}.onnx photo.jpg`;
}
function printVgg(name, classes, file) {
  const argument = classes === null || classes === 1e3 ? "" : `num_classes=${classes}`;
  return `python -c "import torchvision; print(torchvision.models.${name}(${argument}))" > ${name}.txt, then: cnnviz run ${shellWord(`${name}.txt@${file}`)} photo.jpg --preset imagenet`;
}
function findPrefix(names, expected) {
  const fitting = /* @__PURE__ */ new Map();
  for (const name of names) {
    for (let level = 0, at = 0; level <= MOST_LEVELS; level++) {
      if (expected.has(name.slice(at))) fitting.set(name.slice(0, at), (fitting.get(name.slice(0, at)) ?? 0) + 1);
      at = name.indexOf(".", at) + 1;
      if (at === 0) break;
    }
  }
  let best = { prefix: "", count: fitting.get("") ?? 0 };
  for (const [prefix, count] of fitting) if (count > best.count) best = { prefix, count };
  return best.prefix;
}
function withoutPrefix(name, prefix) {
  return name.startsWith(prefix) ? name.slice(prefix.length) : name;
}
function prefixWords(prefix) {
  return PREFIXES.find(([known4]) => known4 === prefix)?.[1] ?? "a module that holds the network";
}
function countOf(shapes, pattern) {
  const found = /* @__PURE__ */ new Set();
  for (const name of shapes.keys()) {
    const match = pattern.exec(name);
    if (match) found.add(match[1]);
  }
  return found.size;
}
function side(shapes, name, axis) {
  return shapes.get(name)?.[axis] ?? 0;
}
function resnetName(shapes) {
  const counts2 = [1, 2, 3, 4].map((layer3) => countOf(shapes, new RegExp(`^layer${layer3}\\.(\\d+)\\.`)));
  const isBottleneck = shapes.has("layer1.0.conv3.weight");
  const depth = RESNETS[`${isBottleneck ? "bottleneck" : "basic"} ${counts2}`];
  const [width, perGroup] = shapes.get("layer1.0.conv2.weight") ?? [];
  if (depth === void 0) return [`a ResNet of ${counts2.join(", ")} blocks`, "resnet"];
  if (isBottleneck && perGroup < width) return [`a ResNeXt-${depth}`, `resnext${depth}`];
  if (isBottleneck && width === 128) return [`a Wide ResNet-${depth}`, `wide_resnet${depth}_2`];
  return [`a ResNet-${depth}`, `resnet${depth}`];
}
function vggName(shapes) {
  const convs = [...shapes].filter(([name, { length }]) => /^features\.\d+\.weight$/.test(name) && length === 4);
  const depth = VGGS[convs.length];
  if (depth === void 0 || convs.some(([, shape2]) => shape2[2] !== 3)) return null;
  const suffix = shapes.has("features.1.running_mean") ? "_bn" : "";
  return [`a VGG-${depth}${suffix ? " with batch norms" : ""}`, `vgg${depth}${suffix}`];
}
function densenetName(shapes) {
  const depth = DENSENETS[countOf(shapes, /^features\.denseblock3\.(denselayer\d+)\./)];
  return depth === void 0 ? ["a DenseNet", "densenet"] : [`a DenseNet-${depth}`, `densenet${depth}`];
}
function mobilenetV3Name(shapes) {
  if (side(shapes, "features.12.0.weight", 0) === 576) return ["a MobileNetV3-Small", "mobilenet_v3_small"];
  return ["a MobileNetV3-Large", "mobilenet_v3_large"];
}
function squeezenetName(shapes) {
  return side(shapes, "features.0.weight", 0) === 96 ? ["a SqueezeNet 1.0", "squeezenet1_0"] : ["a SqueezeNet 1.1", "squeezenet1_1"];
}
function alexnetName(shapes) {
  return side(shapes, "features.0.weight", 3) === 11 ? ["an AlexNet", "alexnet"] : null;
}
var PREFIXES, MOST_LEVELS, always, RESNETS, VGGS, DENSENETS, FAMILIES, LANDMARKS;
var init_recognize = __esm({
  "src/models/networks/recognize.ts"() {
    "use strict";
    init_text();
    init_builtin();
    PREFIXES = [
      ["module.", "DataParallel"],
      ["model.", "a module that holds the model"],
      ["net.", "a module that holds the net"],
      ["backbone.", "a module that holds the backbone"],
      ["_orig_mod.", "torch.compile"],
      ["state_dict.", "a level around the weights"]
    ];
    MOST_LEVELS = 3;
    always = (words, file) => () => [words, file];
    RESNETS = {
      "basic 2,2,2,2": 18,
      "basic 3,4,6,3": 34,
      "bottleneck 3,4,6,3": 50,
      "bottleneck 3,4,23,3": 101,
      "bottleneck 3,8,36,3": 152
    };
    VGGS = { 8: 11, 10: 13, 13: 16, 16: 19 };
    DENSENETS = { 24: 121, 36: 161, 32: 169, 48: 201 };
    FAMILIES = [
      { landmarks: ["layer1.0.conv1.weight", "layer1.0.conv2.weight", "layer4.0.conv1.weight"], name: resnetName },
      { landmarks: ["features.denseblock1.denselayer1.conv1.weight"], name: densenetName },
      { landmarks: ["features.3.squeeze.weight", "features.3.expand1x1.weight"], name: squeezenetName },
      { landmarks: ["features.1.conv.0.0.weight", "features.0.0.weight"], name: always("a MobileNetV2", "mobilenet_v2") },
      { landmarks: ["features.1.block.0.0.weight", "features.0.0.weight"], name: mobilenetV3Name },
      { landmarks: ["features.1.0.layer_scale", "features.0.0.weight"], name: always("a ConvNeXt", "convnext") },
      { landmarks: ["features.1.0.attn.qkv.weight"], name: always("a Swin Transformer", "swin") },
      { landmarks: ["features.1.0.block.0.0.weight"], name: always("an EfficientNet", "efficientnet") },
      { landmarks: ["inception3a.branch1.conv.weight"], name: always("a GoogLeNet", "googlenet") },
      { landmarks: ["Mixed_5b.branch1x1.conv.weight"], name: always("an Inception v3", "inception_v3") },
      { landmarks: ["stage2.0.branch2.0.weight"], name: always("a ShuffleNetV2", "shufflenet_v2") },
      { landmarks: ["layers.8.0.layers.0.weight"], name: always("an MNASNet", "mnasnet") },
      { landmarks: ["trunk_output.block1.block1-0.f.a.0.weight"], name: always("a RegNet", "regnet") },
      { landmarks: ["encoder.layers.encoder_layer_0.ln_1.weight"], name: always("a Vision Transformer", "vit") },
      { landmarks: ["layers.0.blocks.0.attn.qkv.weight"], name: always("a Swin Transformer of timm", "swin") },
      {
        landmarks: ["patch_embed.proj.weight", "blocks.0.norm1.weight"],
        name: always("a Vision Transformer of timm", "vit")
      },
      { landmarks: ["stages.0.blocks.0.conv_dw.weight"], name: always("a ConvNeXt of timm", "convnext") },
      {
        landmarks: ["conv_stem.weight", "blocks.0.0.conv_dw.weight"],
        name: always("an EfficientNet or MobileNet of timm", "model")
      },
      { landmarks: ["embedder.embedder.convolution.weight"], name: always("a ResNet of Hugging Face", "resnet") },
      {
        landmarks: ["embeddings.patch_embeddings.projection.weight"],
        name: always("a Vision Transformer of Hugging Face", "vit")
      },
      {
        landmarks: ["conv_stem.first_conv.convolution.weight"],
        name: always("a MobileNetV2 of Hugging Face", "mobilenet_v2")
      },
      { landmarks: ["features.0.weight", "features.3.weight", "features.10.weight"], name: alexnetName },
      { landmarks: ["features.0.weight", "features.3.weight"], name: vggName },
      { landmarks: ["features.0.weight", "features.2.weight"], name: vggName },
      { landmarks: ["features.0.weight", "features.4.weight", "features.8.weight"], name: vggName }
    ];
    LANDMARKS = new Set(FAMILIES.flatMap(({ landmarks }) => landmarks));
  }
});

// src/models/networks/checkpoint.ts
function equal(a, b) {
  return a.length === b.length && a.every((side4, axis) => side4 === b[axis]);
}
function otherArchitecture({ name }, fileName, tensors) {
  const found = recognizeTensors(tensors.values());
  if (!found || found.kind === "builtin" && found.name === name) return null;
  const { what, fix } = tellArchitecture(found, fileName);
  if (found.kind === "variant" && found.name === name) return found.isHeadless ? `${found.fault}: ${fix}` : null;
  if (found.kind === "builtin") return fix;
  return isBuiltin(name) ? `${what}: ${fix}` : null;
}
function likelyCause(spec, fileName, { role, name }, expected, found, tensors) {
  const { shape: shape2 = [] } = found ?? {};
  const other = otherArchitecture(spec, fileName, tensors);
  if (other !== null) return other;
  if (equal(shape2, expected)) return null;
  if (spec.name === "alexnet-2012" && (equal(shape2, [64, 3, 11, 11]) || equal(shape2, [96, 3, 11, 11]) === false)) {
    const second = tensors.get("conv2.weight");
    if (second && equal(second.shape, [256, 96, 5, 5])) {
      return "this AlexNet has one group: say it as a network file with groups: 1";
    }
  }
  if (expected.length === 2 && equal(shape2, [expected[1], expected[0]])) {
    return "a linear layer is stored transposed, [inputs, outputs]: save weight.T, torch keeps [outputs, inputs]";
  }
  if (expected.length === 4 && shape2.length === 4) {
    const [M, C, kH, kW] = expected;
    if (equal(shape2, [kH, kW, C, M]))
      return "kernels are stored as [kH, kW, C, M], as Keras does: save numpy.transpose(w, (3, 2, 0, 1))";
    if (equal(shape2, [M, kH, kW, C])) return "kernels are stored with channels last: save w.transpose(0, 3, 1, 2)";
    if (shape2[0] === M && shape2[2] === kH && shape2[3] === kW) {
      return `the layer reads ${expected[1]} channels a group, the file's ${shape2[1]}: check groups, and whether the first layer sees grey or RGB`;
    }
  }
  if (expected.length === 2 && role === "weight" && shape2.length === 2 && shape2[0] === expected[0]) {
    return `${name} reads ${shape2[1]} features, ${expected[1]} arrive: the image, the crop or a pool has another size`;
  }
  return null;
}
var Checkpoint;
var init_checkpoint = __esm({
  "src/models/networks/checkpoint.ts"() {
    "use strict";
    init_errors();
    init_names();
    init_builtin();
    init_recognize();
    Checkpoint = class {
      #spec;
      #fileName;
      #tensors = /* @__PURE__ */ new Map();
      #used = /* @__PURE__ */ new Set();
      #notes = [];
      #expected;
      constructor(spec, fileName, { tensors }) {
        this.#spec = spec;
        this.#fileName = fileName;
        this.#expected = spec.layers.flatMap(
          ({ parameters }) => parameters.flatMap((one) => one?.source.kind === "checkpoint" ? [one] : [])
        );
        const names = new Set(this.#expected.map(({ name }) => name));
        const prefix = findPrefix(
          tensors.map(({ name }) => name),
          names
        );
        for (const one of tensors) this.#tensors.set(withoutPrefix(one.name, prefix), one);
        if (prefix !== "") this.#notes.push(`names without their "${prefix}" (${prefixWords(prefix)})`);
      }
      /**
       * The tensor of a parameter. @throws CnnvizError 'shape' when it is missing or has another shape; the error says the
       * likely cause
       */
      take(parameter2, shape2) {
        const tensor2 = this.#tensors.get(parameter2.name);
        if (!tensor2) throw this.#missing(parameter2, shape2);
        this.#used.add(parameter2.name);
        if (tensor2.shape.length === shape2.length && tensor2.shape.every((side4, axis) => side4 === shape2[axis])) return tensor2;
        const classes = this.#otherClasses(parameter2, tensor2, shape2);
        if (classes !== null) {
          if (parameter2.role === "weight") this.#notes.push(`a network for ${classes} classes instead of ${shape2[0]}`);
          return tensor2;
        }
        const cause = likelyCause(this.#spec, this.#fileName, parameter2, shape2, tensor2, this.#tensors);
        throw new CnnvizError(
          "shape",
          `${this.#fileName}: "${tensor2.name}": expected [${shape2.join(", ")}], got [${tensor2.shape.join(", ")}]`,
          {
            fix: cause ?? `these are not the weights of this ${this.#spec.name}`,
            scope: this.#dependsOnImage(tensor2.shape, shape2) ? "input" : "command"
          }
        );
      }
      /** How many values reach a linear layer may depend on the size of the image. */
      #dependsOnImage(found, expected) {
        if (this.#spec.input !== null || expected.length !== 2 || found.length !== 2) return false;
        return found[0] === expected[0] && found[1] !== expected[1];
      }
      /** The last layer with weights may have another number of classes: how many, or null. */
      #otherClasses({ name, role }, { shape: found }, shape2) {
        const last = this.#expected.filter((one) => one.role === "weight").at(-1);
        const stem2 = last.name.replace(/\.weight$/, "");
        if (name !== `${stem2}.${role}` || !["weight", "bias"].includes(role)) return null;
        const weight = this.#tensors.get(last.name);
        const fits = found.length === shape2.length && found.slice(1).every((side4, axis) => side4 === shape2[axis + 1]);
        return fits && weight && found[0] === weight.shape[0] ? found[0] : null;
      }
      #missing(parameter2, shape2) {
        const names = [...this.#tensors.keys()];
        const missing = this.#expected.filter(({ name }) => !this.#tensors.has(name));
        const unused = names.filter(
          (name) => !this.#expected.some((one) => one.name === name) && !/num_batches_tracked$/.test(name)
        );
        const list = (all) => all.slice(0, 4).join(", ") + (all.length > 4 ? ", \u2026" : "");
        const near = nearestName(parameter2.name, unused);
        const counts2 = `${missing.length} of ${this.#expected.length} parameters are missing`;
        const has = unused.length === 0 ? "" : `; the file has ${list(unused)} instead`;
        const cause = likelyCause(
          this.#spec,
          this.#fileName,
          parameter2,
          shape2,
          near ? this.#tensors.get(near) : null,
          this.#tensors
        );
        const others = missing.length === this.#expected.length ? "these are not the weights of this network: " : "";
        return new CnnvizError(
          "shape",
          `${this.#fileName}: "${parameter2.name}" [${shape2.join(", ")}] is missing (${counts2}${has})`,
          {
            fix: cause ?? `${others}${near ? `did you mean ${near}?` : "cnnviz weights FILE lists what it holds"}`,
            scope: "command"
          }
        );
      }
      /**
       * What is to be said when every parameter has its tensor. @throws CnnvizError 'shape' when those that are left belong to
       * another network that has all of this one's: a ResNet-34 holds a ResNet-18
       */
      finish() {
        const unused = [...this.#tensors.keys()].filter(
          (name) => !this.#used.has(name) && !/num_batches_tracked$/.test(name)
        );
        if (unused.length === 0) return this.#notes;
        const found = isBuiltin(this.#spec.name) ? recognizeTensors(this.#tensors.values()) : null;
        if (found && found.kind !== "builtin") {
          const { what, fix } = tellArchitecture(found, this.#fileName);
          throw new CnnvizError("shape", `${this.#fileName}: ${what}`, { fix, scope: "command" });
        }
        const some = unused.slice(0, 4).join(", ") + (unused.length > 4 ? ", \u2026" : "");
        return [...this.#notes, `${unused.length} tensors of the checkpoint are not used: ${some}`];
      }
    };
  }
});

// src/models/networks/feature-sizes.ts
function spatialLayers(layers, index) {
  const before = layers.slice(0, index);
  if (before.some(({ layer: layer3 }) => layer3.kind === "linear")) return null;
  const flatten2 = before.findLastIndex(({ layer: layer3 }) => layer3.kind === "flatten");
  return flatten2 < 0 ? before : before.slice(0, flatten2);
}
function shapeBehind(layers, input, shapeAt2) {
  return layers.length === 0 ? input : shapeAt2(layers, input);
}
function featuresAt(layers, channels, [H, W], shapeAt2) {
  const shape2 = shapeBehind(layers, [1, channels, H, W], shapeAt2);
  return shape2?.length === 4 ? shape2.slice(1).reduce((product, side4) => product * side4, 1) : null;
}
function sizeGiving(layers, index, channels, features, shapeAt2) {
  const before = spatialLayers(layers, index);
  if (before === null) return null;
  const sides = Array.from({ length: LARGEST_SIDE }, (_, i) => i + 1);
  const found = [];
  for (const side4 of [...USUAL_SIDES, ...sides]) {
    const shape2 = shapeBehind(before, [1, channels, side4, side4], shapeAt2);
    if (shape2?.length !== 4) continue;
    if (shape2[1] * shape2[2] * shape2[3] === features) return [side4, side4];
    found.push({ side: side4, shape: shape2 });
  }
  const bySide = new Map(found.map(({ side: side4, shape: shape2 }) => [shape2[3], side4]));
  for (const { side: side4, shape: shape2 } of found) {
    const across = bySide.get(features / (shape2[1] * shape2[2]));
    if (across !== void 0) return [side4, across];
  }
  return null;
}
function fitsUsual(layers, index, channels, features, shapeAt2) {
  const before = spatialLayers(layers, index);
  if (before === null) return false;
  return USUAL_SIDES.some((side4) => featuresAt(before, channels, [side4, side4], shapeAt2) === features);
}
function takesImages(layers, index, channels, shapeAt2) {
  const before = spatialLayers(layers, index);
  return before !== null && USUAL_SIDES.some((side4) => featuresAt(before, channels, [side4, side4], shapeAt2) !== null);
}
function isUsual([H, W]) {
  return H === W && USUAL_SIDES.includes(H);
}
function poolsGiving(layers, index, channels, features, sizes, shapeAt2) {
  const before = spatialLayers(layers, index);
  if (before === null) return null;
  const places = placesForPools(before).slice(-MOST_PLACES);
  const choices = Array.from(
    { length: 2 ** places.length - 1 },
    (_, i) => places.filter((_2, place) => i + 1 & 1 << place)
  ).sort((a, b) => a.length - b.length || b[0] - a[0]);
  for (const chosen of choices) {
    const pooled = before.flatMap((one, i) => chosen.includes(i) ? [one, hiddenPool(i)] : [one]);
    const size = sizes.find((one) => featuresAt(pooled, channels, one, shapeAt2) === features);
    if (size) return { pools: chosen.length, size };
  }
  return null;
}
function usualPoolsGiving(layers, index, channels, features, shapeAt2) {
  const sizes = USUAL_SIDES.map((side4) => [side4, side4]);
  return poolsGiving(layers, index, channels, features, sizes, shapeAt2);
}
function inOneSequence(a, b) {
  const [outer, ...inner] = a.name.split(".");
  return inner.length > 0 && b.name.startsWith(`${outer}.`);
}
function placesForPools(layers) {
  const convs = layers.flatMap(({ layer: layer3 }, i) => layer3.kind === "conv" ? [i] : []);
  return convs.map((_, n) => (convs[n + 1] ?? layers.length) - 1).filter((at) => at === layers.length - 1 || !inOneSequence(layers[at], layers[at + 1]));
}
function hiddenPool(at) {
  return layerSpec("max_pool", `hidden-${at}`, /* @__PURE__ */ new Map([["kernel_size", 2]]));
}
var USUAL_SIDES, LARGEST_SIDE, MOST_PLACES;
var init_feature_sizes = __esm({
  "src/models/networks/feature-sizes.ts"() {
    "use strict";
    init_layer_words();
    USUAL_SIDES = [
      28,
      32,
      40,
      48,
      50,
      64,
      80,
      96,
      100,
      112,
      128,
      150,
      160,
      192,
      200,
      224,
      227,
      240,
      256,
      299,
      300,
      320,
      384,
      448,
      512,
      640
    ];
    LARGEST_SIDE = 640;
    MOST_PLACES = 6;
  }
});

// src/models/networks/spec.ts
function filesOf(layers) {
  const paths = layers.flatMap(
    ({ parameters }) => parameters.flatMap((one) => one?.source.kind === "array" ? [one.source.path] : [])
  );
  return [...new Set(paths)];
}
var init_spec = __esm({
  "src/models/networks/spec.ts"() {
    "use strict";
  }
});

// src/models/networks/printed-model.ts
function looksLikePrintedModel(text) {
  return findPrinted(text) !== null;
}
function parsePrintedModel(text) {
  const { type, modules, isWhole: isWhole4 } = readModules(text);
  const notes = [];
  const layers = [];
  let flat = false;
  for (const { name, type: className, args, line: line2 } of modules) {
    const word = LAYER_TABLE.find(({ classes }) => Object.hasOwn(classes, className));
    if (!word) throw unknownLayer(name, className, line2);
    if (word.word === "flatten") flat = true;
    if (word.word === "linear" && !flat) {
      flat = true;
      if (layers.some(({ layer: layer4 }) => layer4.kind !== "linear" && layer4.kind !== "activation" && layer4.kind !== "dropout")) {
        let at = layers.length;
        while (at > 0 && layers[at - 1].layer.kind === "dropout") at--;
        layers.splice(at, 0, layerSpec("flatten", "flatten", /* @__PURE__ */ new Map()));
        notes.push(`a flatten stands before ${name}: print(model) does not show torch.flatten`);
      }
    }
    const layer3 = layerOf(word.word, name, word.classes[className], args, line2);
    layers.push(layer3);
    if (layer3.layer.kind === "avg_pool" && layer3.layer.pads.some((pad2) => pad2 > 0)) {
      notes.push(`${name}: print(model) does not show count_include_pad; its default, true, is taken`);
    }
  }
  if (layers.length === 0) throw new CnnvizError("format", "the text of print(model) holds no layers");
  if (isWhole4 && type !== SEQUENCE && !layers.some(({ layer: layer3 }) => layer3.kind === "activation")) {
    notes.push(
      `${type} prints no activations: those called in forward() are not in the text; add them, or export to ONNX`
    );
  }
  return {
    name: type,
    input: null,
    preset: null,
    layers,
    outputs: null,
    files: filesOf(layers),
    isPrinted: type !== SEQUENCE,
    notes
  };
}
function layerOf(word, name, positional, args, line2) {
  const values = /* @__PURE__ */ new Map();
  let plain2 = 0;
  for (const part of splitArguments(args)) {
    const at = /^[a-z_]+=/.exec(part)?.[0].length ?? 0;
    const key = at > 0 ? part.slice(0, at - 1) : positional[plain2++];
    if (key === void 0) throw new CnnvizError("format", `line ${line2}: ${name}: "${part}" without a name`);
    values.set(key, parseValue(part.slice(at)));
  }
  try {
    return layerSpec(word, name, values);
  } catch (error) {
    if (!(error instanceof CnnvizError)) throw error;
    const fix = error.fix === void 0 ? {} : { fix: error.fix };
    throw new CnnvizError(error.code, `line ${line2}: ${name}: ${error.message}`, { ...fix, cause: error });
  }
}
function parseValue(text) {
  const list = /^[([](.*)[)\]]$/.exec(text.trim());
  if (list) return splitArguments(list[1]).map(parseValue);
  const word = text.trim().replace(/^(['"])(.*)\1$/, "$2");
  if (word === "True") return true;
  if (word === "False") return false;
  if (word === "None") return null;
  return word !== "" && Number.isFinite(Number(word)) ? Number(word) : word;
}
function splitArguments(text) {
  const parts2 = [];
  let [part, depth] = ["", 0];
  for (const char of text) {
    if (char === "," && depth === 0) {
      parts2.push(part);
      part = "";
      continue;
    }
    if (char === "(" || char === "[") depth++;
    if (char === ")" || char === "]") depth--;
    part += char;
  }
  return [...parts2, part].map((one) => one.trim()).filter((one) => one !== "");
}
function wholeText(text) {
  return { lines: text.split("\n"), start: 0, prefix: "" };
}
function readModules(text) {
  const modules = [];
  const path = [];
  let type = "";
  for (const { line: line2, number } of printedLines(findPrinted(text) ?? wholeText(text))) {
    if (line2 === ")") {
      path.pop();
      continue;
    }
    const match = /^(?:\(([\w-]+)\): )?([A-Za-z_]\w*)\((.*?)(\)?)$/.exec(line2);
    if (!match)
      throw new CnnvizError(
        "format",
        `line ${number}: not a line of print(model): ${JSON.stringify(line2.slice(0, 60))}`
      );
    const [, name, className, args, closed] = match;
    if (closed === ")") {
      if (name === void 0)
        return { type: className, modules: [{ name: "0", type: className, args, line: number }], isWhole: false };
      modules.push({ name: [...path, name].filter(Boolean).join("."), type: className, args, line: number });
      continue;
    }
    if (args !== "")
      throw new CnnvizError("format", `line ${number}: the line is cut off: ${JSON.stringify(line2.slice(0, 60))}`);
    if (name === void 0) type = className;
    else if (className !== SEQUENCE) throw unknownModule([...path, name].filter(Boolean).join("."), className, number);
    path.push(name ?? "");
  }
  return { type, modules, isWhole: true };
}
function unknownModule(name, className, line2) {
  const what = `line ${line2}: ${name} is a ${className}, whose order of computation the text does not tell`;
  return new CnnvizError("unsupported", what, { fix: EXPORT });
}
function unknownLayer(name, className, line2) {
  const known4 = LAYER_TABLE.flatMap(({ classes }) => Object.keys(classes));
  const near = known4.find((one) => one.toLowerCase() === className.toLowerCase());
  const what = `line ${line2}: ${name} is a ${className}, which is not a layer that is read from the text`;
  return new CnnvizError("unsupported", what, { fix: `${near ? `did you mean ${near}? or ` : ""}${EXPORT}` });
}
function findPrinted(text) {
  const lines = text.split(/\r\n|\r|\n/);
  const start = lines.findIndex((_, i) => startsAt(lines, i));
  return start < 0 ? null : { lines, start, prefix: START.exec(lines[start])[1] };
}
function startsAt(lines, i) {
  return START.test(lines[i]) && !INNER.test(lines[i]) && INNER.test(lines[i + 1] ?? "");
}
function printedLines({ lines, start, prefix }) {
  const found = [];
  let depth = 0;
  for (let i = start; i < lines.length; i++) {
    const isFirst = i === start;
    const line2 = (isFirst || lines[i].startsWith(prefix) ? lines[i].slice(prefix.length) : lines[i]).trim();
    if (line2 === "") continue;
    found.push({ line: line2, number: i + 1 });
    if (line2.endsWith("(")) depth++;
    if (line2 === ")") depth--;
    if (depth > 0) continue;
    const second = lines.findIndex((_, at) => at > i && startsAt(lines, at));
    if (second < 0) break;
    throw new CnnvizError("format", `line ${second + 1}: a second model begins`, {
      fix: "keep one print(model) in the file"
    });
  }
  return found;
}
var START, INNER, SEQUENCE, EXPORT, TELL_FORWARD;
var init_printed_model = __esm({
  "src/models/networks/printed-model.ts"() {
    "use strict";
    init_errors();
    init_layer_words();
    init_spec();
    START = /^(|.*[\s:>|#\]])([A-Za-z_]\w*)\(\s*$/;
    INNER = /\([\w-]+\): [A-Za-z_]\w*\(/;
    SEQUENCE = "Sequential";
    EXPORT = "export the model: torch.onnx.export(model, x, 'model.onnx'), then: cnnviz run model.onnx";
    TELL_FORWARD = `write all that forward() calls as a network file (.yaml), or ${EXPORT}`;
  }
});

// src/models/networks/published.ts
function shippedFor(network) {
  return SHIPPED.find((one) => one.network === network) ?? null;
}
function publishedFor(network) {
  return PUBLISHED.find((one) => one.network === network) ?? null;
}
function publishedAs(file) {
  return PUBLISHED.find((one) => one.file === file) ?? null;
}
function getFix({ network, bytes }) {
  return `cnnviz get ${network} (${formatBytes(bytes)}, once)`;
}
var PUBLISHED, SHIPPED;
var init_published = __esm({
  "src/models/networks/published.ts"() {
    "use strict";
    init_text();
    PUBLISHED = [
      {
        network: "alexnet",
        file: "alexnet-owt-7be5be79.pth",
        bytes: 244408911,
        bytesOff: 0,
        sha256: "7be5be791159472b1fbf3c69796f7cb30dca7ad8466c2df70058c37116cdee02"
      },
      { network: "vgg11", file: "vgg11-8a719046.pth", bytes: 531460588, bytesOff: 5300, sha256: "8a719046" },
      {
        network: "vgg16",
        file: "vgg16-397923af.pth",
        bytes: 553433881,
        bytesOff: 0,
        sha256: "397923af8e79cdbb6a7127f12361acd7a2f83e06b05044ddf496e83de57a5bf0"
      },
      {
        network: "squeezenet1_1",
        file: "squeezenet1_1-b8a52dc0.pth",
        bytes: 4958839,
        bytesOff: 0,
        sha256: "b8a52dc049b60e4b6ab68ad0df457362afab8b6304b2febdc1650a5dab4d7e7b"
      },
      {
        network: "resnet18",
        file: "resnet18-f37072fd.pth",
        bytes: 46830571,
        bytesOff: 0,
        sha256: "f37072fd47e89c5e827621c5baffa7500819f7896bbacec160b1a16c560e07ec"
      }
    ];
    SHIPPED = [
      {
        network: "digits",
        file: "digits.safetensors",
        licence: "MIT, as cnnviz; trained by it on MNIST"
      }
    ];
  }
});

// src/models/networks/bind.ts
function bindNetwork(spec, input, weights, files2) {
  const checkpoint = weights.kind === "file" ? new Checkpoint(spec, weights.fileName, weights.file) : null;
  const infos = /* @__PURE__ */ new Map([["input", input]]);
  const constants3 = /* @__PURE__ */ new Map();
  const nodes = [];
  let before = "input";
  for (const layer3 of spec.layers) {
    try {
      const from = layer3.from ?? [before];
      const inputs = [...from];
      const data = from.map((name) => known(infos, name));
      let outputs = 0;
      for (const parameter2 of layer3.parameters) {
        if (parameter2 === null) {
          inputs.push(null);
          continue;
        }
        const shape2 = expectedShape(parameter2.shape, data[0], outputs, {
          features: (expected) => featuresFix(spec, layer3, input.shape, expected),
          channels: spec.isPrinted ? TELL_FORWARD : "leave it out, or change the layer before"
        });
        const constant2 = numbersOf(parameter2, shape2, data[0], layer3, spec, weights, checkpoint, files2);
        if (parameter2.role === "weight") outputs = constant2.shape[0];
        constants3.set(parameter2.name, constant2);
        inputs.push(parameter2.name);
      }
      const rule = layerFamily(layer3.layer).shape;
      const [info] = rule(
        layer3.layer,
        inputs.map((name) => name === null ? null : known(infos, name, constants3))
      );
      infos.set(layer3.name, info);
      nodes.push({ name: layer3.name, layer: layer3.layer, inputs, outputs: [layer3.name] });
      before = layer3.name;
    } catch (error) {
      throw atPlace(layer3.name, error);
    }
  }
  const model = {
    inputs: [{ name: "input", dtype: input.dtype, shape: spec.input && [null, ...spec.input] }],
    constants: constants3,
    nodes,
    outputs: spec.outputs ?? [before]
  };
  return { model, notes: checkpoint?.finish() ?? [] };
}
function known(infos, name, constants3) {
  const constant2 = constants3?.get(name);
  const info = constant2 ?? infos.get(name);
  if (!info) {
    throw new CnnvizError("usage", `reads "${name}", which no layer before it is called`, {
      fix: `layers so far: ${someOf([...infos.keys()])}`
    });
  }
  return { dtype: info.dtype, shape: info.shape, known: () => constant2?.load() ?? null };
}
function expectedShape(shape2, x, outputs, fixes) {
  switch (shape2.kind) {
    case "conv": {
      const channels = x.shape[x.shape.length - 3] ?? 0;
      const { inChannels, groups, outChannels, kernelSize } = shape2;
      if (inChannels !== null && inChannels !== channels) {
        throw new CnnvizError("shape", `in_channels is ${inChannels}, but ${channels} channels arrive`, {
          fix: fixes.channels
        });
      }
      if (channels % groups !== 0) {
        throw new CnnvizError("shape", `groups ${groups} does not divide ${channels} channels`);
      }
      return [outChannels, channels / groups, ...kernelSize ?? [null, null]];
    }
    case "linear": {
      const features = x.shape[x.shape.length - 1] ?? 0;
      const { inFeatures, outFeatures } = shape2;
      if (inFeatures !== null && inFeatures !== features) {
        throw new CnnvizError(
          "shape",
          `in_features is ${inFeatures}, but ${features} arrive: [${x.shape.join(", ")}]`,
          { fix: x.shape.length > 2 ? "a flatten is missing before it" : fixes.features(inFeatures) }
        );
      }
      return [outFeatures, features];
    }
    case "outputs":
      return [outputs];
    case "channels": {
      const channels = x.shape[channelAxis(x.shape)] ?? 0;
      if (shape2.count !== null && shape2.count !== channels) {
        throw new CnnvizError("shape", `num_features is ${shape2.count}, but ${channels} channels arrive`, {
          fix: fixes.channels
        });
      }
      return [channels];
    }
  }
}
function featuresFix(spec, layer3, input, expected) {
  const index = spec.layers.indexOf(layer3);
  const nothing = spec.isPrinted ? TELL_FORWARD : `no size of image gives ${expected}: change it, or the layers before`;
  if (input.length !== 4) return nothing;
  const [, channels, H, W] = input;
  const size = sizeGiving(spec.layers, index, channels, expected, shapeAt);
  const fitted = size && `the network is made for images of another size${size[0] === size[1] ? ":" : ", none of them square, such as"} --resize ${size.join(",")}`;
  if (!spec.isPrinted) return fitted ?? greyFix(spec, index, channels, expected) ?? nothing;
  const hidden = poolsGiving(spec.layers, index, channels, expected, [[H, W]], shapeAt);
  if (size && isUsual(size)) return hidden && isUsual([H, W]) ? `${fitted}; or ${poolWords(hidden)}` : fitted;
  const pools = hidden ?? usualPoolsGiving(spec.layers, index, channels, expected, shapeAt);
  if (pools) return poolWords(pools);
  return fitted ?? greyFix(spec, index, channels, expected) ?? nothing;
}
function poolWords({ pools, size: [height, width] }) {
  return `${plural(pools, "pooling")} by 2 not in the text would explain it, for an image of ${width}\xD7${height}: ${TELL_FORWARD}`;
}
function greyFix(spec, index, channels, expected) {
  const size = channels === 3 ? sizeGiving(spec.layers, index, 1, expected, shapeAt) : null;
  return size && isUsual(size) ? `the network is made for grey images: --gray --resize ${size.join(",")}` : null;
}
function numbersOf(parameter2, sides, x, { layer: layer3 }, spec, weights, checkpoint, files2) {
  const { source, name } = parameter2;
  switch (source.kind) {
    case "number": {
      const shape2 = sides;
      return constantOf({ dtype: "float32", shape: shape2, data: new Float32Array(sizeOf(shape2)).fill(source.value) });
    }
    case "builtin-kernel":
      return checked(kernelConstant(kernelWeight(findKernel(source.name)), x, layer3, source.name), sides, source.name);
    case "inline-kernel":
      return checked(kernelConstant(parseInlineKernel(source.text), x, layer3, source.text), sides, source.text);
    case "array":
      return arrayConstant(files2.get(source.path), source.path, parameter2, sides, x, layer3);
    case "checkpoint": {
      const shape2 = sides;
      if (checkpoint) return checkpoint.take(parameter2, shape2);
      return weights.kind === "init" ? initialConstant(parameter2, shape2, weights.seed) : missingConstant(name, shape2, spec.name);
    }
  }
}
function checked(constant2, sides, what) {
  const { shape: shape2 } = constant2;
  const fits = shape2.length === sides.length && sides.every((side4, axis) => side4 === null || side4 === shape2[axis]);
  if (fits) return constant2;
  const expected = sides.map((side4) => side4 ?? "any").join(", ");
  throw new CnnvizError("shape", `${what}: expected [${expected}], got [${shape2.join(", ")}]`);
}
function kernelConstant(kernel, x, layer3, name) {
  const channels = x.shape[x.shape.length - 3] ?? 0;
  const { data, shape: shape2 } = expandKernel(kernel, channels, layer3.kind === "conv" ? layer3.groups : 1, name);
  return constantOf({ dtype: "float32", shape: shape2, data });
}
function arrayConstant(value, path, { role }, sides, x, layer3) {
  const numbers3 = tensor(toFloat32(value.data), value.shape);
  checkFinite(numbers3, path);
  if (role === "weight" && layer3.kind === "conv") return checked(kernelConstant(numbers3, x, layer3, path), sides, path);
  if (numbers3.data.length === 1 && sides.length === 1 && sides[0] !== null) {
    const data = new Float32Array(sides[0]).fill(numbers3.data[0]);
    return constantOf({ dtype: "float32", shape: [sides[0]], data });
  }
  return checked(constantOf({ dtype: "float32", shape: value.shape, data: numbers3.data }), sides, path);
}
function madeConstant(shape2, fill2) {
  return {
    dtype: "float32",
    shape: shape2,
    load() {
      const data = new Float32Array(sizeOf(shape2));
      fill2(data);
      return { dtype: "float32", shape: shape2, data };
    },
    loadInto: fill2
  };
}
function initialConstant({ role, name, shape: kind }, shape2, seed) {
  if (role === "bias" || role === "running_mean") return madeConstant(shape2, (target) => void target.fill(0));
  if (role === "running_var" || kind.kind === "channels") return madeConstant(shape2, (target) => void target.fill(1));
  const std = Math.sqrt(2 / sizeOf(shape2.slice(1)));
  return madeConstant(shape2, (target) => {
    const { normal } = randomSource(seed, name);
    for (let i = 0; i < target.length; i++) target[i] = std * normal();
  });
}
function waysToWeights(network) {
  const published = publishedFor(network);
  const others = "add --weights FILE (.pth, .safetensors, .npz, .onnx), or --init seed:1 for made-up ones";
  if (published) return `${getFix(published)}; or ${others}`;
  return `${others}; a network of your own is saved where it was trained: torch.save(model.state_dict(), 'weights.pth')`;
}
function missingConstant(name, shape2, network) {
  const refuse10 = () => {
    throw new CnnvizError("usage", `${network} has no weights: nothing gives "${name}" [${shape2.join(", ")}]`, {
      fix: waysToWeights(network),
      scope: "command"
    });
  };
  return { dtype: "float32", shape: shape2, load: refuse10, loadInto: refuse10 };
}
var shapeAt, SHAPES_ONLY;
var init_bind = __esm({
  "src/models/networks/bind.ts"() {
    "use strict";
    init_errors();
    init_geometry();
    init_random();
    init_tensor();
    init_text();
    init_values();
    init_layers();
    init_infer();
    init_inputs();
    init_model();
    init_kernel_names();
    init_kernel_text();
    init_kernel_weights();
    init_checkpoint();
    init_feature_sizes();
    init_printed_model();
    init_published();
    shapeAt = (layers, shape2) => {
      const spec = { ...SHAPES_ONLY, layers };
      try {
        const { model } = bindNetwork(spec, { dtype: "float32", shape: shape2 }, { kind: "none" }, /* @__PURE__ */ new Map());
        const { infos } = inferShapes(model, /* @__PURE__ */ new Map([["input", { dtype: "float32", shape: shape2, value: null }]]));
        return infos.get(model.outputs[0]).shape;
      } catch (error) {
        if (error instanceof CnnvizError) return null;
        throw error;
      }
    };
    SHAPES_ONLY = {
      name: "",
      input: null,
      preset: null,
      outputs: null,
      files: [],
      isPrinted: false,
      notes: []
    };
  }
});

// src/models/networks/pipe.ts
function parsePipe(text) {
  const parts2 = splitOutside(text, (char) => char === "|").map((part) => part.trim());
  const place = (i) => `layer ${i + 1} of the pipe${parts2[i] === "" ? "" : ` (${parts2[i]})`}`;
  const taken = /* @__PURE__ */ new Map();
  const layers = parts2.map((part, i) => {
    try {
      return parseLayer(part, taken);
    } catch (error) {
      throw atPlace(place(i), error);
    }
  });
  checkGraph(layers, (i) => place(i));
  return {
    name: "pipe",
    input: null,
    preset: null,
    layers,
    outputs: null,
    files: filesOf(layers),
    isPrinted: false,
    notes: []
  };
}
function parseLayer(text, taken) {
  const [typed, ...rest] = splitWords(text);
  if (typed === void 0) {
    throw new CnnvizError("usage", "expected a layer, found nothing", { fix: "a bar stands between two layers" });
  }
  const { word, positional } = findWord(typed);
  const values = /* @__PURE__ */ new Map();
  let plain2 = 0;
  for (const token of rest) {
    const key = /^([a-z_]\w*)=/i.exec(token)?.[1] ?? null;
    const field = key ?? plainField(token, positional[plain2++]);
    if (field === void 0) {
      const takes = positional.length === 0 ? "no plain word" : `one plain word, its ${positional.join(", then ")}`;
      throw new CnnvizError("usage", `"${token}": ${word} takes ${takes}`, { fix: "write key=value" });
    }
    if (values.has(field)) throw new CnnvizError("usage", `${field}: said twice`, { fix: "keep one of them" });
    values.set(field, parseValue2(field, key === null ? token : token.slice(key.length + 1)));
  }
  const [given2, from] = [values.get("name"), values.get("from")];
  values.delete("name");
  values.delete("from");
  const name = takeName(word, given2, taken);
  return layerSpec(
    word,
    name,
    values,
    from === void 0 ? null : String(from).split(",").map((one) => one.trim())
  );
}
function plainField(token, field) {
  return field === "kernel" && /^\d+([,x×]\d+)?$/i.test(token) ? "kernel_size" : field;
}
function parseValue2(field, text) {
  if (field === "from" || field === "name" || field === "kernel") return text;
  if (TEXTS2.includes(field)) return scalarOf(text);
  const sides = /^(\d+)[x×](\d+)$/i.exec(text);
  if (sides) return [Number(sides[1]), Number(sides[2])];
  if (text.includes(",")) {
    return text.replace(/^[([](.*)[)\]]$/, "$1").split(",").map((part) => scalarOf(part.trim()));
  }
  return scalarOf(text);
}
function scalarOf(text) {
  if (/^true$/i.test(text)) return true;
  if (/^false$/i.test(text)) return false;
  if (text === "None" || text === "null") return null;
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : text;
}
function splitWords(text) {
  return splitOutside(text, (char) => /\s/.test(char)).map((word) => word.replace(/(["'])(.*?)\1/g, "$2")).filter((word) => word !== "");
}
function splitOutside(text, isBreak) {
  const parts2 = [];
  let [part, quote] = ["", ""];
  for (const char of text) {
    if (quote === "" && isBreak(char)) {
      parts2.push(part);
      part = "";
      continue;
    }
    if (quote === "" && (char === '"' || char === "'")) quote = char;
    else if (char === quote) quote = "";
    part += char;
  }
  if (quote !== "") {
    throw new CnnvizError("usage", `${text.trim()}: the quote ${quote} is not closed`, { fix: `add a ${quote}` });
  }
  return [...parts2, part];
}
function takeName(word, given2, taken) {
  const name = given2 === void 0 ? freeName(word, taken) : String(given2);
  if (name === "" || name === "input" || NOT_IN_NAMES.test(name)) {
    const why = name === "input" ? "that is the network\u2019s input" : "expected letters, digits, dots and dashes";
    throw new CnnvizError("usage", `name: a layer cannot be called ${JSON.stringify(name)}`, { fix: why });
  }
  if (taken.has(name)) {
    throw new CnnvizError("usage", `name: two layers are called "${name}"`, { fix: "name one of them otherwise" });
  }
  taken.set(name, 1);
  return name;
}
function freeName(word, taken) {
  const last = taken.get(word);
  if (last === void 0) return word;
  let n = last + 1;
  while (taken.has(`${word}${n}`)) n++;
  taken.set(word, n);
  return `${word}${n}`;
}
function checkGraph(layers, place) {
  const before = /* @__PURE__ */ new Set(["input"]);
  for (const [i, { name, from }] of layers.entries()) {
    for (const source of from ?? []) {
      if (!before.has(source))
        throw atPlace(place(i), unknownLayer2(`from: no layer before it is`, source, [...before]));
    }
    before.add(name);
  }
}
function unknownLayer2(what, name, names) {
  const near = nearestName(name, names);
  return new CnnvizError("usage", `${what} called "${name}"`, {
    fix: near ? `did you mean ${near}?` : `layers: ${someOf(names)}`
  });
}
var TEXTS2, NOT_IN_NAMES;
var init_pipe = __esm({
  "src/models/networks/pipe.ts"() {
    "use strict";
    init_errors();
    init_names();
    init_text();
    init_layer_words();
    init_spec();
    TEXTS2 = ["name", "kernel", "weight", "bias", "running_mean", "running_var"];
    NOT_IN_NAMES = /[\s,|\p{C}]/u;
  }
});

// src/models/networks/printed-truth.ts
function checkPrintedModel({ name: type, layers }) {
  if (type === SEQUENCE) return;
  const doubt = CONTAINERS.includes(type) ? `a ${type} holds modules and does not say how they are called` : missingParts(layers) ?? besidePath(layers) ?? unlikelySize(layers);
  if (doubt === null) return;
  throw new CnnvizError("unsupported", `${type}: ${doubt}: print(model) shows modules, not forward()`, {
    fix: `${TELL_FORWARD}; if the text is the whole network: --as-printed`
  });
}
function missingParts(layers) {
  const gaps = missingActivations(layers);
  const hidden = hiddenPooling(layers);
  const missing = [...hidden, ...gaps.length > 0 ? [gapWords(gaps)] : []];
  if (gaps.length > 0) {
    const are = missing.length > 1 || gaps.length > 1 ? "are" : "is";
    return `${featureWords(layers)}${missing.join(" and ")} ${are} not in the text`;
  }
  const stray = strayLayer(layers);
  if (stray !== null)
    return `${featureWords(layers)}${stray} in the text, but not in forward(): it is called elsewhere`;
  return hidden.length > 0 ? `${featureWords(layers)}${hidden[0]} would explain them and is not in the text` : null;
}
function besidePath(layers) {
  const beside = layers.map(({ name }) => name.split(".")[0]).find((one) => BESIDE.test(one));
  return beside === void 0 ? null : `${beside} is called like a path beside others, and how they are joined is not in the text`;
}
function unlikelySize(layers) {
  const linear3 = firstLinear(layers);
  if (!linear3 || saysItsSize(layers) || !takesImages(layers, linear3.index, linear3.read, shapeAt)) return null;
  const { index, features, read: read4 } = linear3;
  if (fitsUsual(layers, index, read4, features, shapeAt)) return null;
  const size = sizeGiving(layers, index, read4, features, shapeAt);
  if (size === null) return `${featureWords(layers)}as it is printed no size of image gives them`;
  const [H, W] = size;
  if (H !== W) return `${featureWords(layers)}as it is printed no square image gives them`;
  return H >= LEAST_LIKELY_SIDE ? null : `${featureWords(layers)}as it is printed only an image of ${W}\xD7${H} gives them`;
}
function isWeighted({ layer: layer3 }) {
  return layer3.kind === "conv" || layer3.kind === "linear";
}
function isPool({ layer: layer3 }) {
  return layer3.kind.endsWith("_pool");
}
function missingActivations(layers) {
  const gaps = [];
  let before = null;
  for (const one of layers) {
    if (["activation", "softmax", "log_softmax"].includes(one.layer.kind)) before = null;
    if (!isWeighted(one)) continue;
    if (before && !inOneSequence(before, one)) gaps.push([before, one]);
    before = one;
  }
  return gaps;
}
function strayLayer(layers) {
  const first = layers.findIndex(isWeighted);
  const early = layers.slice(0, Math.max(0, first)).find((one) => isPool(one) || one.layer.kind === "activation");
  if (early && !inOneSequence(early, layers[first])) return `${early.name} stands before ${layers[first].name}`;
  const linear3 = layers.findIndex(({ layer: layer3 }) => layer3.kind === "linear");
  const late = linear3 < 0 ? void 0 : layers.slice(linear3).find(isPool);
  return late && !inOneSequence(late, layers[linear3]) ? `${late.name} stands behind ${layers[linear3].name}` : null;
}
function gapWords(gaps) {
  const pairs = gaps.slice(0, SHOWN_GAPS).map(([a, b]) => `${a.name} and ${b.name}`);
  const more = gaps.length > SHOWN_GAPS ? `, \u2026 (${gaps.length} places)` : "";
  return `${gaps.length === 1 ? "the activation" : "the activations"} between ${pairs.join(", ")}${more}`;
}
function saysItsSize(layers) {
  return layers.some(({ layer: layer3 }) => layer3.kind.startsWith("adaptive_"));
}
function firstLinear(layers) {
  const index = layers.findIndex(({ layer: layer3 }) => layer3.kind === "linear");
  const shape2 = layers[index]?.parameters[0]?.shape;
  const convs = layers.slice(0, Math.max(0, index)).filter(({ layer: layer3 }) => layer3.kind === "conv");
  const [first, last] = [convs[0], convs.at(-1)].map((conv3) => conv3?.parameters[0]?.shape);
  if (shape2?.kind !== "linear" || first?.kind !== "conv" || last?.kind !== "conv") return null;
  if (!shape2.inFeatures || !first.inChannels || !last.outChannels) return null;
  return { index, features: shape2.inFeatures, channels: last.outChannels, read: first.inChannels };
}
function featureWords(layers) {
  const linear3 = firstLinear(layers);
  if (!linear3) return "";
  const { index, features, channels } = linear3;
  const area = features / channels;
  const side4 = Math.sqrt(area);
  const factors = Number.isInteger(side4) ? ` = ${channels}\xB7${side4}\xB7${side4}` : Number.isInteger(area) ? ` = ${channels}\xB7${area}` : "";
  return `${layers[index].name} reads ${features}${factors} features: `;
}
function hiddenPooling(layers) {
  const linear3 = firstLinear(layers);
  if (!linear3 || saysItsSize(layers)) return [];
  const { index, features, channels, read: read4 } = linear3;
  if (fitsUsual(layers, index, read4, features, shapeAt)) return [];
  if (features === channels) return ["a pooling over the whole map"];
  const hidden = usualPoolsGiving(layers, index, read4, features, shapeAt);
  if (!hidden) return [];
  const [H, W] = hidden.size;
  return [`${plural(hidden.pools, "pooling")} by 2 (as for an image of ${W}\xD7${H})`];
}
var SHOWN_GAPS, LEAST_LIKELY_SIDE, CONTAINERS, BESIDE;
var init_printed_truth = __esm({
  "src/models/networks/printed-truth.ts"() {
    "use strict";
    init_errors();
    init_geometry();
    init_bind();
    init_feature_sizes();
    init_printed_model();
    SHOWN_GAPS = 3;
    LEAST_LIKELY_SIDE = 28;
    CONTAINERS = ["ModuleList", "ModuleDict"];
    BESIDE = /^(res|resid|residual|skip|short_?cut|identity|branch|aux|attn|attention|gate|lateral)_?(block|conv|layer|path|fc|classifier|logits)?s?_?\d*[a-z]?$/i;
  }
});

// src/models/networks/index.ts
var init_networks = __esm({
  "src/models/networks/index.ts"() {
    "use strict";
    init_bind();
    init_builtin();
    init_layer_words();
    init_pipe();
    init_printed_model();
    init_printed_truth();
    init_recognize();
  }
});

// src/models/onnx/wire.ts
function openWire(source) {
  let start = 0;
  let portion = new Uint8Array(0);
  let fieldsLeft = MAX_FIELDS;
  const byteAt = (at) => {
    if (at < start || at >= start + portion.length) {
      start = at;
      portion = Uint8Array.from(source.read(at, Math.min(PORTION2, source.size - at)));
    }
    return portion[at - start];
  };
  const varintAt = (at, end) => {
    let [low, high] = [0, 0];
    for (let i = 0; i < 10; i++) {
      if (at + i >= end) throw damaged(at, "a number is cut off");
      const byte = byteAt(at + i);
      const bits = byte & 127;
      if (i < 4) low |= bits << 7 * i;
      else if (i === 4) {
        low |= bits << 28;
        high |= bits >> 4;
      } else high |= bits << 7 * i - 32;
      if (byte < 128) return { low: low >>> 0, high: high >>> 0, next: at + i + 1 };
    }
    throw damaged(at, "a number of more than 10 bytes");
  };
  function* fields(from, length) {
    const end = from + length;
    for (let at = from; at < end; ) {
      if (fieldsLeft-- === 0) throw damaged(at, `more than ${MAX_FIELDS} fields`);
      const key = varintAt(at, end);
      const number = (key.low >>> 3) + (key.high & 7) * 2 ** 29;
      const type = TYPES[key.low & 7];
      if (!type) throw damaged(at, `wire type ${key.low & 7} (groups are not part of ONNX)`);
      if (number === 0 || key.high !== 0) throw damaged(at, `field number ${number}`);
      if (type === "varint") {
        const { low, high, next } = varintAt(key.next, end);
        yield { number, type, from: key.next, length: next - key.next, low, high };
        at = next;
        continue;
      }
      const told = type === "bytes" ? varintAt(key.next, end) : null;
      const size = told ? told.low + told.high * 2 ** 32 : type === "fixed64" ? 8 : 4;
      const start2 = told?.next ?? key.next;
      if (size > end - start2) throw damaged(at, `field ${number} of ${size} bytes where ${end - start2} are left`);
      yield { number, type, from: start2, length: size, low: 0, high: 0 };
      at = start2 + size;
    }
  }
  function* varints(field) {
    const end = field.from + field.length;
    for (let at = field.from; at < end; ) {
      const value = varintAt(at, end);
      yield value;
      at = value.next;
    }
  }
  const text = (field) => {
    expectBytes(field);
    if (field.length > MAX_TEXT) throw damaged(field.from, `a name of ${field.length} bytes`);
    try {
      return new TextDecoder("utf-8", { fatal: true }).decode(source.read(field.from, field.length));
    } catch (cause) {
      if (cause instanceof CnnvizError) throw cause;
      throw damaged(field.from, "a name that is not UTF-8", cause);
    }
  };
  return { source, fields, varints, text };
}
function int64Of({ low, high }) {
  return (high | 0) * 2 ** 32 + low;
}
function uint64Of({ low, high }) {
  return high * 2 ** 32 + low;
}
function int32Of({ low }) {
  return low | 0;
}
function expectVarint(field) {
  if (field.type === "varint") return field;
  throw damaged(field.from, `field ${field.number} of type ${field.type}: expected a varint`);
}
function expectBytes(field) {
  if (field.type === "bytes") return field;
  throw damaged(field.from, `field ${field.number} of type ${field.type}: expected bytes`);
}
function damaged(at, what, cause) {
  return new CnnvizError("format", `not a sound ONNX file: byte ${at}: ${what}`, {
    fix: "export or copy it again",
    cause
  });
}
var PORTION2, MAX_FIELDS, MAX_TEXT, TYPES;
var init_wire = __esm({
  "src/models/onnx/wire.ts"() {
    "use strict";
    init_errors();
    PORTION2 = 2 ** 16;
    MAX_FIELDS = 5e6;
    MAX_TEXT = 2 ** 16;
    TYPES = ["varint", "fixed64", "bytes", null, null, "fixed32"];
  }
});

// src/models/onnx/tensor.ts
function storedTypeOf(elementType) {
  const stored = ELEMENT_TYPES.get(elementType);
  if (stored) return stored;
  const name = OTHER_TYPES.get(elementType) ?? `element type ${elementType}`;
  throw new CnnvizError("unsupported", `${name}: expected numbers of a type cnnviz computes with`, {
    fix: `export the model with one of ${[...ELEMENT_TYPES.values()].join(", ")}`
  });
}
function dtypeOf(stored) {
  return stored === "float64" ? "float64" : STORED_TYPES[stored].dtype;
}
function readTensor(wire, message, beside) {
  const raw = {
    name: "",
    elementType: 0,
    shape: [],
    data: [],
    external: /* @__PURE__ */ new Map(),
    isExternal: false
  };
  for (const field of wire.fields(message.from, message.length)) readField(wire, field, raw);
  try {
    return tensorOf(wire, raw, message, beside);
  } catch (error) {
    throw atPlace(`tensor "${raw.name}"`, error);
  }
}
function readField(wire, field, raw) {
  switch (field.number) {
    case 1:
      if (field.type === "bytes") for (const side4 of wire.varints(field)) raw.shape.push(int64Of(side4));
      else raw.shape.push(int64Of(expectVarint(field)));
      if (raw.shape.length > MAX_AXES2) throw damaged(field.from, `a tensor of more than ${MAX_AXES2} axes`);
      break;
    case 2:
      raw.elementType = int32Of(expectVarint(field));
      break;
    case 3:
      throw new CnnvizError("unsupported", `a tensor in segments (byte ${field.from})`);
    case 4:
    case 5:
    case 7:
    case RAW_DATA:
    case 10:
    case 11:
      raw.data.push(field);
      break;
    case 8:
      raw.name = wire.text(field);
      break;
    case 13:
      readEntry(wire, expectBytes(field), raw.external);
      break;
    case 14:
      raw.isExternal = int32Of(expectVarint(field)) === 1;
      break;
  }
}
function readEntry(wire, message, entries) {
  let [key, value] = ["", ""];
  for (const field of wire.fields(message.from, message.length)) {
    if (field.number === 1) key = wire.text(field);
    else if (field.number === 2) value = wire.text(field);
  }
  entries.set(key, value);
}
function tensorOf(wire, raw, message, beside) {
  const { name, shape: shape2 } = raw;
  const stored = storedTypeOf(raw.elementType);
  const count = sizeOf(shape2);
  const { itemBytes } = STORED_TYPES[stored];
  const bytes = count * itemBytes;
  if (shape2.some((side4) => !Number.isSafeInteger(side4) || side4 < 0) || !Number.isSafeInteger(bytes)) {
    throw damaged(message.from, `shape [${shape2.join(", ")}]`);
  }
  const fields = { name, stored, dtype: dtypeOf(stored), shape: shape2, bytes };
  if (raw.isExternal) return { ...fields, ...inBytes(externalSource(raw.external, bytes, beside), 0, shape2, stored) };
  const whole = raw.data.length === 1 && raw.data[0].type === "bytes" ? raw.data[0] : null;
  if (whole && (whole.number === RAW_DATA || whole.number === 4 || whole.number === 10)) {
    if (whole.number !== RAW_DATA && whole.number !== FIELD_OF[stored]) throw wrongField(whole, stored);
    if (whole.length !== bytes) {
      throw damaged(whole.from, `${whole.length} bytes for [${shape2.join(", ")}] of ${stored}: expected ${bytes}`);
    }
    return { ...fields, ...inBytes(wire.source, whole.from, shape2, stored) };
  }
  const list = raw.data.flatMap((field) => typedNumbers(wire, field, stored));
  if (list.length !== count) {
    throw damaged(message.from, `${list.length} numbers for [${shape2.join(", ")}]: expected ${count}`);
  }
  return { ...fields, ...inMemory(list, fields) };
}
function wrongField(field, stored) {
  return damaged(field.from, `numbers of ${stored} in field ${field.number}`);
}
function inMemory(list, { dtype, shape: shape2 }) {
  const data = newNumbers(dtype, list.length);
  data.set(list);
  return { load: () => ({ dtype, shape: shape2, data }), loadInto: (target) => target.set(data) };
}
function inBytes(source, from, shape2, stored) {
  const dtype = dtypeOf(stored);
  const numbers3 = () => loadExact(source, from, sizeOf(shape2), stored);
  return {
    load: () => ({ dtype, shape: shape2, data: numbers3() }),
    loadInto(target) {
      if (is64BitInteger(stored)) target.set(numbers3());
      else loadStoredInto(source, from, stored, target);
    }
  };
}
function is64BitInteger(stored) {
  return stored === "int64" || stored === "uint64";
}
function loadExact(source, from, count, stored) {
  if (stored !== "float64" && !is64BitInteger(stored)) return loadStored(source, from, count, stored);
  const numbers3 = newNumbers(dtypeOf(stored), count);
  const bytes = source.read(from, count * 8);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0; i < count; i++) {
    if (stored === "float64") numbers3[i] = view.getFloat64(i * 8, true);
    else numbers3[i] = Number(stored === "int64" ? view.getBigInt64(i * 8, true) : view.getBigUint64(i * 8, true));
  }
  return numbers3;
}
function typedNumbers(wire, field, stored) {
  if (field.number !== FIELD_OF[stored]) throw wrongField(field, stored);
  if (field.number === 4 || field.number === 10) return [...floatsOf(wire, field)];
  const of = numberOf2(stored);
  if (field.type !== "bytes") return [of(expectVarint(field))];
  const list = [];
  for (const value of wire.varints(field)) list.push(of(value));
  return list;
}
function numberOf2(stored) {
  if (stored === "int64") return int64Of;
  if (stored === "uint64" || stored === "uint32") return uint64Of;
  if (stored === "float16") return ({ low }) => halfToNumber(low & 65535);
  if (stored === "bfloat16") return ({ low }) => bfloatToNumber(low & 65535);
  if (stored === "bool") return ({ low }) => low === 0 ? 0 : 1;
  return int32Of;
}
function floatsOf(wire, field) {
  const isDouble = field.type === "fixed64" || field.type === "bytes" && field.number === 10;
  const item = isDouble ? 8 : 4;
  if (field.type === "varint" || field.length % item !== 0) throw damaged(field.from, "floats of a wrong length");
  const bytes = wire.source.read(field.from, field.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from(
    { length: field.length / item },
    (_, i) => isDouble ? view.getFloat64(i * 8, true) : view.getFloat32(i * 4, true)
  );
}
function externalSource(entries, bytes, beside) {
  const location = entries.get("location") ?? "";
  if (!beside) {
    throw new CnnvizError("unsupported", `its numbers lie in "${location}", and no folder is at hand`, {
      fix: "give the model as a file, with its data beside it"
    });
  }
  const parts2 = location.split("/");
  const leaves = parts2.some((part) => part === "" || part === "." || part === "..");
  if (leaves || /[\\:\u0000-\u001f]/.test(location)) {
    throw new CnnvizError("format", `external data "${location}": expected a file beside the model`, {
      fix: "save the model again with its data in the same folder"
    });
  }
  const source = beside(location);
  const offset = wholeNumber2(entries, "offset") ?? 0;
  const length = wholeNumber2(entries, "length") ?? bytes;
  if (length !== bytes) throw new CnnvizError("format", `external data of ${length} bytes: expected ${bytes}`);
  return windowOf(source, offset, length);
}
function wholeNumber2(entries, key) {
  const text = entries.get(key);
  if (text === void 0) return null;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new CnnvizError("format", `external data: ${key} "${text}": expected a whole number`);
}
var ELEMENT_TYPES, OTHER_TYPES, MAX_AXES2, FIELD_OF, RAW_DATA;
var init_tensor2 = __esm({
  "src/models/onnx/tensor.ts"() {
    "use strict";
    init_bytes();
    init_errors();
    init_tensor();
    init_values();
    init_float_types();
    init_wire();
    ELEMENT_TYPES = /* @__PURE__ */ new Map([
      [1, "float32"],
      [2, "uint8"],
      [3, "int8"],
      [4, "uint16"],
      [5, "int16"],
      [6, "int32"],
      [7, "int64"],
      [9, "bool"],
      [10, "float16"],
      [11, "float64"],
      [12, "uint32"],
      [13, "uint64"],
      [16, "bfloat16"]
    ]);
    OTHER_TYPES = /* @__PURE__ */ new Map([
      [8, "strings"],
      [14, "complex64"],
      [15, "complex128"],
      [17, "float8e4m3fn"],
      [18, "float8e4m3fnuz"],
      [19, "float8e5m2"],
      [20, "float8e5m2fnuz"],
      [21, "uint4"],
      [22, "int4"],
      [23, "float4e2m1"]
    ]);
    MAX_AXES2 = 64;
    FIELD_OF = {
      float32: 4,
      int32: 5,
      int16: 5,
      int8: 5,
      uint16: 5,
      uint8: 5,
      bool: 5,
      float16: 5,
      bfloat16: 5,
      int64: 7,
      float64: 10,
      uint32: 11,
      uint64: 11
    };
    RAW_DATA = 9;
  }
});

// src/models/onnx/proto.ts
function readOnnx(source, beside) {
  const wire = openWire(source);
  const opsets = /* @__PURE__ */ new Map();
  let graph = null;
  for (const field of wire.fields(0, source.size)) {
    if (field.number === 7) {
      if (graph) throw damaged(field.from, "a second graph");
      graph = expectBytes(field);
    } else if (field.number === 8) {
      const { domain, version } = readOpset(wire, expectBytes(field));
      opsets.set(domain === "ai.onnx" ? "" : domain, version);
    } else if (field.number === 20) {
      throw new CnnvizError("unsupported", "a model with training information", { fix: "export it for inference" });
    } else if (field.number === 25) {
      throw new CnnvizError("unsupported", "a model with functions of its own", {
        fix: "inline them: onnx.inliner.inline_local_functions"
      });
    }
  }
  if (!graph) throw damaged(0, "it has no graph");
  return { opsets, ...readGraph(wire, graph, beside) };
}
function looksLikeOnnx(source) {
  const [key, version, next] = source.read(0, Math.min(3, source.size));
  return key === 8 && version >= 1 && version < 32 && [18, 26, 34, 40, 50, 58, 66].includes(next);
}
function readOpset(wire, message) {
  let [domain, version] = ["", 0];
  for (const field of wire.fields(message.from, message.length)) {
    if (field.number === 1) domain = wire.text(field);
    else if (field.number === 2) version = int64Of(expectVarint(field));
  }
  return { domain, version };
}
function readGraph(wire, message, beside) {
  const nodes = [];
  const initializers = /* @__PURE__ */ new Map();
  const inputs = [];
  const outputs = [];
  const values = /* @__PURE__ */ new Map();
  for (const field of wire.fields(message.from, message.length)) {
    switch (field.number) {
      case 1:
        nodes.push(readNode(wire, expectBytes(field), beside));
        break;
      case 5: {
        const tensor2 = readTensor(wire, expectBytes(field), beside);
        if (initializers.has(tensor2.name)) throw damaged(field.from, `two initializers are called "${tensor2.name}"`);
        initializers.set(tensor2.name, tensor2);
        break;
      }
      case 11:
        inputs.push(readValue(wire, expectBytes(field)));
        break;
      case 12:
        outputs.push(readValue(wire, expectBytes(field)));
        break;
      case 13: {
        const value = readValue(wire, expectBytes(field));
        values.set(value.name, value);
        break;
      }
      case 15:
        throw new CnnvizError("unsupported", `a sparse initializer (byte ${field.from})`, {
          fix: "store it as a dense tensor"
        });
    }
  }
  return { nodes, initializers, inputs, outputs, values };
}
function readNode(wire, message, beside) {
  const inputs = [];
  const outputs = [];
  const attributes = /* @__PURE__ */ new Map();
  let [name, operator, domain] = ["", "", ""];
  for (const field of wire.fields(message.from, message.length)) {
    if (field.number === 1) inputs.push(wire.text(field));
    else if (field.number === 2) outputs.push(wire.text(field));
    else if (field.number === 3) name = wire.text(field);
    else if (field.number === 4) operator = wire.text(field);
    else if (field.number === 5) {
      const attribute = readAttribute(wire, expectBytes(field), beside);
      attributes.set(attribute.name, attribute.value);
    } else if (field.number === 7) domain = wire.text(field);
  }
  return { name, operator, domain: domain === "ai.onnx" ? "" : domain, inputs, outputs, attributes };
}
function readAttribute(wire, message, beside) {
  const floats = [];
  const ints = [];
  const strings = [];
  let [name, type] = ["", 0];
  let [float, int, text] = [0, 0, ""];
  let tensor2 = null;
  let told = "";
  for (const field of wire.fields(message.from, message.length)) {
    switch (field.number) {
      case 1:
        name = wire.text(field);
        break;
      case 2:
        float = floatsOf(wire, field)[0] ?? 0;
        told ||= "float";
        break;
      case 3:
        int = int64Of(expectVarint(field));
        told ||= "int";
        break;
      case 4:
        text = textOrNothing(wire, field);
        told ||= "string";
        break;
      case 5:
        tensor2 = readTensor(wire, expectBytes(field), beside);
        told ||= "tensor";
        break;
      case 7:
        for (const value of floatsOf(wire, field)) floats.push(value);
        told ||= "floats";
        break;
      case 8:
        if (field.type === "bytes") for (const value of wire.varints(field)) ints.push(int64Of(value));
        else ints.push(int64Of(expectVarint(field)));
        told ||= "ints";
        break;
      case 9:
        strings.push(textOrNothing(wire, field));
        told ||= "strings";
        break;
      case 20:
        type = int32Of(expectVarint(field));
        break;
    }
  }
  const kind = ATTRIBUTE_TYPES[type] || told;
  return { name, value: attributeOf(kind, { float, int, text, tensor: tensor2, floats, ints, strings }) };
}
function attributeOf(kind, fields) {
  switch (kind) {
    case "float":
      return { type: "float", value: fields.float };
    case "int":
      return { type: "int", value: fields.int };
    case "string":
      return { type: "string", value: fields.text };
    case "floats":
      return { type: "floats", value: fields.floats };
    case "ints":
      return { type: "ints", value: fields.ints };
    case "strings":
      return { type: "strings", value: fields.strings };
    default:
      if (kind === "tensor" && fields.tensor) return { type: "tensor", value: fields.tensor };
      return { type: "other", value: kind };
  }
}
function textOrNothing(wire, field) {
  expectBytes(field);
  const bytes = wire.source.read(field.from, Math.min(field.length, 1024));
  return new TextDecoder().decode(bytes);
}
function readValue(wire, message) {
  let name = "";
  let elementType = 0;
  let shape2 = null;
  for (const field of wire.fields(message.from, message.length)) {
    if (field.number === 1) name = wire.text(field);
    if (field.number !== 2) continue;
    for (const kind of wire.fields(expectBytes(field).from, field.length)) {
      if (kind.number !== 1) {
        if ([4, 5, 8, 9].includes(kind.number)) elementType = -1;
        continue;
      }
      for (const part of wire.fields(expectBytes(kind).from, kind.length)) {
        if (part.number === 1) elementType = int32Of(expectVarint(part));
        else if (part.number === 2) shape2 = readShape(wire, expectBytes(part));
      }
    }
  }
  return { name, elementType, shape: shape2 };
}
function readShape(wire, message) {
  const shape2 = [];
  for (const field of wire.fields(message.from, message.length)) {
    if (field.number !== 1) continue;
    let side4 = null;
    for (const part of wire.fields(expectBytes(field).from, field.length)) {
      if (part.number !== 1) continue;
      const value = int64Of(expectVarint(part));
      side4 = value > 0 && Number.isSafeInteger(value) ? value : null;
    }
    shape2.push(side4);
    if (shape2.length > 64) throw damaged(field.from, "a shape of more than 64 axes");
  }
  return shape2;
}
var ATTRIBUTE_TYPES;
var init_proto = __esm({
  "src/models/onnx/proto.ts"() {
    "use strict";
    init_errors();
    init_tensor2();
    init_wire();
    ATTRIBUTE_TYPES = ["", "float", "int", "string", "tensor", "graph", "floats", "ints", "strings"];
  }
});

// src/models/onnx/weights.ts
function asWeight(tensor2) {
  const { name, stored, shape: shape2, bytes } = tensor2;
  const isFloat64 = stored === "float64";
  const dtype = isFloat64 ? "float32" : tensor2.dtype;
  const converted = (data) => isFloat64 ? toFloat32(data) : data;
  return {
    name,
    stored,
    shape: shape2,
    bytes,
    dtype,
    load() {
      try {
        return { dtype, shape: shape2, data: converted(tensor2.load().data) };
      } catch (error) {
        throw atPlace(`tensor "${name}"`, error);
      }
    },
    loadInto: (target) => tensor2.loadInto(target)
  };
}
var onnxReader;
var init_weights = __esm({
  "src/models/onnx/weights.ts"() {
    "use strict";
    init_errors();
    init_values();
    init_proto();
    onnxReader = {
      format: "onnx",
      matches: looksLikeOnnx,
      read(source, { beside }) {
        const { initializers } = readOnnx(source, beside);
        return { format: "onnx", tensors: [...initializers.values()].map(asWeight), notes: [] };
      }
    };
  }
});

// src/core/crc32.ts
function crc32(bytes) {
  let crc = -1;
  for (let i = 0; i < bytes.length; i++) crc = CRC_TABLES[(crc ^ bytes[i]) & 255] ^ crc >>> 8;
  return ~crc >>> 0;
}
var CRC_TABLES;
var init_crc32 = __esm({
  "src/core/crc32.ts"() {
    "use strict";
    CRC_TABLES = new Int32Array(8 * 256);
    for (let byte = 0; byte < 256; byte++) {
      let crc = byte;
      for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? crc >>> 1 ^ 3988292384 : crc >>> 1;
      CRC_TABLES[byte] = crc;
    }
    for (let i = 256; i < CRC_TABLES.length; i++) {
      const before = CRC_TABLES[i - 256];
      CRC_TABLES[i] = CRC_TABLES[before & 255] ^ before >>> 8;
    }
  }
});

// src/models/weights/inflate.ts
function refuse4(what) {
  throw new CnnvizError("format", `compressed data: ${what}`, { fix: "the file is damaged: copy it again" });
}
function huffman(lengths) {
  const counts2 = new Uint16Array(MAX_BITS + 1);
  for (const length of lengths) counts2[length]++;
  let left = 1;
  for (let bits = 1; bits <= MAX_BITS; bits++) {
    left = left * 2 - counts2[bits];
    if (left < 0) refuse4("more codes than bits allow");
  }
  const offsets = new Uint16Array(MAX_BITS + 2);
  for (let bits = 1; bits <= MAX_BITS; bits++) offsets[bits + 1] = offsets[bits] + counts2[bits];
  const symbols = new Uint16Array(lengths.length);
  for (const [symbol, length] of lengths.entries()) if (length !== 0) symbols[offsets[length]++] = symbol;
  return { counts: counts2, symbols };
}
function fixedCodes() {
  const lengths = new Uint8Array(288).fill(8, 0, 144).fill(9, 144, 256).fill(7, 256, 280).fill(8, 280);
  return [huffman(lengths), huffman(new Uint8Array(30).fill(5))];
}
function inflate(bytes, size) {
  const out = new Uint8Array(size);
  const state = { at: 0, bits: 0, count: 0, to: 0 };
  const take = (need) => {
    let value = state.bits;
    while (state.count < need) {
      if (state.at >= bytes.length) refuse4("ends too early");
      value |= bytes[state.at++] << state.count;
      state.count += 8;
    }
    state.bits = value >>> need;
    state.count -= need;
    return value & (1 << need) - 1;
  };
  const symbolOf = ({ counts: counts2, symbols }) => {
    let [code, first, index] = [0, 0, 0];
    for (let length = 1; length <= MAX_BITS; length++) {
      code |= take(1);
      const count = counts2[length];
      if (code - count < first) return symbols[index + (code - first)];
      index += count;
      first = first + count << 1;
      code <<= 1;
    }
    return refuse4("an unknown code");
  };
  const stored = () => {
    state.bits = 0;
    state.count = 0;
    if (state.at + 4 > bytes.length) refuse4("ends too early");
    const length = bytes[state.at] | bytes[state.at + 1] << 8;
    const check = bytes[state.at + 2] | bytes[state.at + 3] << 8;
    state.at += 4;
    if (length !== (~check & 65535)) refuse4("a stored block whose length does not fit its check");
    if (state.at + length > bytes.length) refuse4("ends too early");
    if (state.to + length > size) refuse4(`longer than the ${size} bytes it claims`);
    out.set(bytes.subarray(state.at, state.at + length), state.to);
    state.at += length;
    state.to += length;
  };
  const coded = (literals, distances) => {
    for (; ; ) {
      const symbol = symbolOf(literals);
      if (symbol === 256) return;
      if (symbol < 256) {
        if (state.to >= size) refuse4(`longer than the ${size} bytes it claims`);
        out[state.to++] = symbol;
        continue;
      }
      if (symbol > 285) refuse4("an unknown length");
      const length = LENGTH_BASE[symbol - 257] + take(LENGTH_EXTRA[symbol - 257]);
      const code = symbolOf(distances);
      const distance = DISTANCE_BASE[code] + take(DISTANCE_EXTRA[code]);
      if (distance > state.to) refuse4("refers to before its beginning");
      if (state.to + length > size) refuse4(`longer than the ${size} bytes it claims`);
      for (let i = 0; i < length; i++, state.to++) out[state.to] = out[state.to - distance];
    }
  };
  const tables = () => {
    const [literals, distances, codes] = [take(5) + 257, take(5) + 1, take(4) + 4];
    if (literals > 286 || distances > 30) refuse4("too many codes");
    const order = new Uint8Array(19);
    for (let i = 0; i < codes; i++) order[CODE_ORDER[i]] = take(3);
    const meta = huffman(order);
    const lengths = new Uint8Array(literals + distances);
    for (let i = 0; i < lengths.length; ) {
      const symbol = symbolOf(meta);
      if (symbol < 16) {
        lengths[i++] = symbol;
        continue;
      }
      if (symbol === 16 && i === 0) refuse4("repeats a length before the first");
      const length = symbol === 16 ? lengths[i - 1] : 0;
      const times = symbol === 16 ? 3 + take(2) : symbol === 17 ? 3 + take(3) : 11 + take(7);
      if (i + times > lengths.length) refuse4("too many lengths");
      lengths.fill(length, i, i + times);
      i += times;
    }
    return [huffman(lengths.subarray(0, literals)), huffman(lengths.subarray(literals))];
  };
  for (let last = 0; last === 0; ) {
    last = take(1);
    const kind = take(2);
    if (kind === 0) stored();
    else if (kind === 1) coded(...fixedCodes());
    else if (kind === 2) coded(...tables());
    else refuse4("an unknown kind of block");
  }
  if (state.to !== size) refuse4(`${state.to} bytes, ${size} were claimed`);
  return out;
}
var LENGTH_BASE, LENGTH_EXTRA, DISTANCE_BASE, DISTANCE_EXTRA, CODE_ORDER, MAX_BITS;
var init_inflate = __esm({
  "src/models/weights/inflate.ts"() {
    "use strict";
    init_errors();
    LENGTH_BASE = [
      3,
      4,
      5,
      6,
      7,
      8,
      9,
      10,
      11,
      13,
      15,
      17,
      19,
      23,
      27,
      31,
      35,
      43,
      51,
      59,
      67,
      83,
      99,
      115,
      131,
      163,
      195,
      227,
      258
    ];
    LENGTH_EXTRA = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
    DISTANCE_BASE = [
      1,
      2,
      3,
      4,
      5,
      7,
      9,
      13,
      17,
      25,
      33,
      49,
      65,
      97,
      129,
      193,
      257,
      385,
      513,
      769,
      1025,
      1537,
      2049,
      3073,
      4097,
      6145,
      8193,
      12289,
      16385,
      24577
    ];
    DISTANCE_EXTRA = [
      0,
      0,
      0,
      0,
      1,
      1,
      2,
      2,
      3,
      3,
      4,
      4,
      5,
      5,
      6,
      6,
      7,
      7,
      8,
      8,
      9,
      9,
      10,
      10,
      11,
      11,
      12,
      12,
      13,
      13
    ];
    CODE_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
    MAX_BITS = 15;
  }
});

// src/models/weights/zip.ts
function refuse5(what, fix = "the archive is damaged: copy it again") {
  throw new CnnvizError("format", `zip archive: ${what}`, { fix });
}
function readZip(source) {
  const { count, offset, size } = readEnd(source);
  if (count > MAX_ENTRIES) refuse5(`${count} entries: expected at most ${MAX_ENTRIES}`);
  if (size > MAX_DIRECTORY || offset + size > source.size) refuse5(`a directory of ${size} bytes at ${offset}`);
  const directory = source.read(offset, size);
  const view = new DataView(directory.buffer, directory.byteOffset, directory.byteLength);
  const entries = /* @__PURE__ */ new Map();
  const spans = [];
  let total = 0;
  for (let at = 0, n = 0; n < count; n++) {
    if (at + 46 > size || view.getUint32(at, true) !== CENTRAL)
      refuse5(`no entry at byte ${offset + at} of the directory`);
    const [nameBytes, extraBytes, noteBytes] = [28, 30, 32].map((field) => view.getUint16(at + field, true));
    const end = at + 46 + nameBytes + extraBytes + noteBytes;
    if (end > size) refuse5(`the entry at byte ${offset + at} of the directory is cut off`);
    const name = nameOf3(directory.subarray(at + 46, at + 46 + nameBytes));
    const fields = sizesOf(view, at, at + 46 + nameBytes, extraBytes, name);
    const method = view.getUint16(at + 10, true);
    const flags = view.getUint16(at + 8, true);
    if (flags & 1) refuse5(`"${name}" is encrypted`, "save it without a password");
    if (method !== 0 && method !== 8) refuse5(`"${name}" is packed by method ${method}: expected 0 or 8`);
    if (method === 0 && fields.packed !== fields.size) refuse5(`"${name}" is stored, but has two sizes`);
    total += fields.size;
    if (total > Math.max(MOST_BYTES, MOST_TIMES * source.size)) {
      refuse5(`unpacks to more than ${MOST_TIMES} times its size`, "this looks like a zip bomb");
    }
    if (entries.has(name)) refuse5(`"${name}" is there twice`);
    const start = checkLocal(source, fields.local, name, method);
    if (start + fields.packed > offset) refuse5(`"${name}" reaches into the directory`);
    spans.push([fields.local, start + fields.packed, name]);
    const crc = view.getUint32(at + 16, true);
    entries.set(name, entryOf(source, name, start, fields.packed, fields.size, method === 8, crc));
    at = end;
  }
  spans.sort((a, b) => a[0] - b[0]);
  for (let i = 1; i < spans.length; i++) {
    if (spans[i][0] < spans[i - 1][1]) refuse5(`"${spans[i - 1][2]}" and "${spans[i][2]}" overlap`);
  }
  return entries;
}
function entryOf(source, name, start, packed, size, compressed, crc) {
  return {
    name,
    size,
    compressed,
    start,
    open() {
      const window = windowOf(source, start, packed);
      if (!compressed) return window;
      const bytes = inflate(window.read(0, packed), size);
      if (crc32(bytes) !== crc) refuse5(`"${name}" does not fit its checksum`);
      return memorySource(bytes);
    }
  };
}
function readEnd(source) {
  const tail2 = Math.min(source.size, END_BYTES + 65535);
  if (tail2 < END_BYTES) refuse5("too short");
  const bytes = source.read(source.size - tail2, tail2);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = tail2 - END_BYTES;
  while (at >= 0 && !(view.getUint32(at, true) === END && at + END_BYTES + view.getUint16(at + 20, true) === tail2))
    at--;
  if (at < 0) refuse5("its end is missing");
  const short = {
    count: view.getUint16(at + 10, true),
    size: view.getUint32(at + 12, true),
    offset: view.getUint32(at + 16, true)
  };
  const locator = source.size - tail2 + at - 20;
  if (locator < 0) return short;
  const found = viewOf(source.read(locator, 20));
  if (found.getUint32(0, true) !== LOCATOR_64) return short;
  const place = safe(found.getBigUint64(8, true), "zip64 directory");
  if (place + 56 > locator) refuse5("its zip64 end lies outside");
  const long = viewOf(source.read(place, 56));
  if (long.getUint32(0, true) !== END_64) refuse5("its zip64 end is missing");
  return {
    count: safe(long.getBigUint64(32, true), "count of entries"),
    size: safe(long.getBigUint64(40, true), "size of the directory"),
    offset: safe(long.getBigUint64(48, true), "place of the directory")
  };
}
function safe(value, what) {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) refuse5(`${what}: ${value} is too large`);
  return Number(value);
}
function sizesOf(view, at, extra, extraBytes, name) {
  const values = [24, 20, 42].map((field2) => view.getUint32(at + field2, true));
  let field = extra;
  const end = extra + extraBytes;
  while (values.includes(4294967295) && field + 4 <= end) {
    const [id, length] = [view.getUint16(field, true), view.getUint16(field + 2, true)];
    if (field + 4 + length > end) refuse5(`"${name}": its extra field is cut off`);
    if (id === 1) {
      let from = field + 4;
      for (const [i, value] of values.entries()) {
        if (value !== 4294967295) continue;
        if (from + 8 > field + 4 + length) refuse5(`"${name}": its zip64 field is too short`);
        values[i] = safe(view.getBigUint64(from, true), `"${name}"`);
        from += 8;
      }
      break;
    }
    field += 4 + length;
  }
  return { size: values[0], packed: values[1], local: values[2] };
}
function checkLocal(source, at, name, method) {
  if (at + 30 > source.size) refuse5(`"${name}" lies outside the file`);
  const header = source.read(at, 30);
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  if (view.getUint32(0, true) !== LOCAL) refuse5(`"${name}": no entry at byte ${at}`);
  if (view.getUint16(8, true) !== method) refuse5(`"${name}" is packed otherwise than the directory says`);
  const [nameBytes, extraBytes] = [view.getUint16(26, true), view.getUint16(28, true)];
  if (nameOf3(source.read(at + 30, nameBytes)) !== name) refuse5(`"${name}" has another name at byte ${at}`);
  return at + 30 + nameBytes + extraBytes;
}
function nameOf3(bytes) {
  let name;
  try {
    name = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    refuse5("a name that is not UTF-8");
  }
  if (name.includes("\0") || name.startsWith("/") || name.split(/[\\/]/).includes("..")) {
    refuse5(`the name ${JSON.stringify(name)} leads outside`);
  }
  return name;
}
var END, END_64, LOCATOR_64, CENTRAL, LOCAL, END_BYTES, MAX_ENTRIES, MAX_DIRECTORY, MOST_TIMES, MOST_BYTES;
var init_zip = __esm({
  "src/models/weights/zip.ts"() {
    "use strict";
    init_bytes();
    init_crc32();
    init_errors();
    init_inflate();
    END = 101010256;
    END_64 = 101075792;
    LOCATOR_64 = 117853008;
    CENTRAL = 33639248;
    LOCAL = 67324752;
    END_BYTES = 22;
    MAX_ENTRIES = 1e5;
    MAX_DIRECTORY = 64 * 2 ** 20;
    MOST_TIMES = 4;
    MOST_BYTES = 64 * 2 ** 20;
  }
});

// src/models/weights/npz.ts
function isZip(source) {
  if (source.size < 22) return false;
  const [a, b, c, d] = source.read(0, 4);
  return a === 80 && b === 75 && (c === 3 || c === 5) && (d === 4 || d === 6);
}
function read2(source) {
  const tensors = [...readZip(source).values()].map((entry) => {
    if (!entry.name.endsWith(".npy")) {
      throw new CnnvizError("format", `a zip archive with "${entry.name}": neither a PyTorch checkpoint nor .npz`, {
        fix: "a checkpoint has a data.pkl, an .npz file only .npy entries"
      });
    }
    try {
      return npyTensor(entry.name.slice(0, -".npy".length), entry.open());
    } catch (error) {
      throw atPlace(entry.name, error);
    }
  });
  return { format: "npz", tensors, notes: [] };
}
function npyTensor(name, source) {
  const { dtype: word, shape: shape2, start, littleEndian, fortran } = readNpyHeader(source);
  const stored = TYPES2[word];
  const { itemBytes, dtype } = STORED_TYPES[stored];
  const size = shape2.reduce((product, side4) => product * side4, 1);
  const load = () => {
    if (!fortran) return loadStored(source, start, size, stored, { littleEndian });
    const { data } = npyToValue(readNpy(source.read(0, source.size)));
    return dtype === "float32" ? Float32Array.from(data) : data;
  };
  return {
    name,
    stored,
    bytes: size * itemBytes,
    dtype,
    shape: shape2,
    load: () => ({ dtype, shape: shape2, data: load() }),
    loadInto(target) {
      if (fortran) target.set(load());
      else loadStoredInto(source, start, stored, target, { littleEndian });
    }
  };
}
var npzReader, TYPES2, npyReader;
var init_npz = __esm({
  "src/models/weights/npz.ts"() {
    "use strict";
    init_errors();
    init_npy();
    init_float_types();
    init_zip();
    npzReader = { format: "npz", matches: isZip, read: read2 };
    TYPES2 = {
      f2: "float16",
      f4: "float32",
      f8: "float64",
      i1: "int8",
      i2: "int16",
      i4: "int32",
      i8: "int64",
      u1: "uint8",
      u2: "uint16",
      u4: "uint32",
      u8: "uint64",
      b1: "bool"
    };
    npyReader = {
      format: "npy",
      matches: isNpy,
      read: (source, { name }) => ({ format: "npy", tensors: [npyTensor(name, source)], notes: [] })
    };
  }
});

// src/models/weights/pytorch/collect.ts
function collectTensors(root, alone) {
  const notes = [];
  let value = root;
  for (let level = findLevel(value); level !== null; level = findLevel(value)) {
    if (notes.length >= MAX_DEPTH)
      throw new CnnvizError("format", `nested deeper than ${MAX_DEPTH} at "${level.name}"`);
    notes.push(`the tensors of "${level.name}" are taken${otherEntries(value, level.name)}`);
    value = level.value;
  }
  const tensors = [];
  const skipped = [];
  let [entries, skips] = [0, 0];
  walk(value, "", 0);
  if (skips > 0) {
    const some = skipped.join(", ") + (skips > skipped.length ? `, \u2026 (${skips})` : "");
    notes.push(`entries that are no arrays are left out: ${some}`);
  }
  const names = /* @__PURE__ */ new Set();
  for (const { name } of tensors) {
    if (names.has(name)) throw new CnnvizError("format", `two tensors are called "${name}"`);
    names.add(name);
  }
  return { tensors, notes };
  function walk(item, name, depth) {
    if (name.length > MAX_NAME) throw new CnnvizError("format", `a name longer than ${MAX_NAME} characters`);
    if (depth > MAX_DEPTH) throw new CnnvizError("format", `nested deeper than ${MAX_DEPTH} at "${name}"`);
    if (++entries > MAX_ENTRIES2) throw new CnnvizError("format", `more than ${MAX_ENTRIES2} entries at "${name}"`);
    const join4 = (part) => name === "" ? part : `${name}.${part}`;
    if (item !== null && typeof item === "object") {
      if (item.kind === "tensor") {
        tensors.push({ name: name === "" ? alone : name, tensor: item });
        return;
      }
      if (item.kind === "dict") {
        for (const [key, entry] of item.entries) walk(entry, join4(keyText(key)), depth + 1);
        return;
      }
      if (item.kind === "list" || item.kind === "tuple") {
        for (const [i, entry] of item.items.entries()) walk(entry, join4(String(i)), depth + 1);
        return;
      }
    }
    if (name !== "" && ++skips <= FEW) skipped.push(name);
  }
}
function keyText(key) {
  return key !== null && typeof key === "object" ? key.kind : String(key);
}
function findLevel(value) {
  if (value === null || typeof value !== "object" || value.kind !== "dict") return null;
  for (const name of LEVELS) {
    const inner = value.entries.get(name);
    if (inner !== void 0 && holdsTensors(inner)) return { name, value: inner };
  }
  return null;
}
function holdsTensors(value) {
  const waiting = [value];
  const seen = /* @__PURE__ */ new Set();
  for (let next = waiting.pop(); next !== void 0; next = waiting.pop()) {
    if (next === null || typeof next !== "object") continue;
    if (next.kind === "tensor") return next !== value;
    if (next.kind !== "dict" || seen.has(next)) continue;
    seen.add(next);
    for (const entry of next.entries.values()) waiting.push(entry);
  }
  return false;
}
function otherEntries({ entries }, taken) {
  const others = [...entries.keys()].map(keyText).filter((name) => name !== taken);
  if (others.length === 0) return "";
  return `; left out: ${others.slice(0, 6).join(", ")}${others.length > 6 ? ", \u2026" : ""}`;
}
var LEVELS, MAX_DEPTH, MAX_ENTRIES2, MAX_NAME, FEW;
var init_collect = __esm({
  "src/models/weights/pytorch/collect.ts"() {
    "use strict";
    init_errors();
    LEVELS = ["state_dict", "model_state_dict", "model", "net", "network", "module", "params", "weights"];
    MAX_DEPTH = 100;
    MAX_ENTRIES2 = 1e6;
    MAX_NAME = 1e3;
    FEW = 5;
  }
});

// src/models/weights/pytorch/values.ts
function describeValue(value) {
  if (value === void 0) return "nothing";
  if (value === null) return "None";
  return typeof value === "object" ? value.kind : typeof value;
}
var init_values2 = __esm({
  "src/models/weights/pytorch/values.ts"() {
    "use strict";
  }
});

// src/models/weights/pytorch/globals.ts
function globalTag(module, name) {
  const callable = Object.hasOwn(CALLABLE, `${module} ${name}`) ? CALLABLE[`${module} ${name}`] : null;
  if (callable) return callable;
  const isStorage = (module === "torch" || module === "torch.storage") && Object.hasOwn(STORAGES, name);
  if (isStorage) return { tag: "storage", stored: STORAGES[name] };
  if (module === "torch" && Object.hasOwn(DTYPES2, name)) return { tag: "dtype", stored: DTYPES2[name] };
  return null;
}
function refusalOf(module, name) {
  if (DANGEROUS.test(module)) {
    return {
      what: `names ${module}.${name}: this file wants to run code`,
      fix: "do not open it with pickle or torch.load either; ask where it came from"
    };
  }
  if (module.startsWith("__torch__")) {
    return {
      what: `names ${module}.${name}: a TorchScript archive holds code`,
      fix: "save its numbers: torch.save(torch.jit.load('file.pt').state_dict(), 'state.pth')"
    };
  }
  const isModule = /^(torch\.nn|torchvision|__main__|timm|models?|nets?|src)(\.|$)/.test(module) || /Net|Model/.test(name);
  return isModule ? {
    what: `names ${module}.${name}: the whole module was pickled, and reading it would run code`,
    fix: "save its numbers instead: torch.save(model.state_dict(), 'state.pth')"
  } : {
    what: `names ${module}.${name}, which is not on the list of what a checkpoint may hold`,
    fix: "save only the numbers: torch.save(checkpoint['state_dict'], 'state.pth'), or torch.save(model.state_dict(), \u2026)"
  };
}
function callGlobal(callee, args, refuse10, spend) {
  if (callee === null || typeof callee !== "object" || callee.kind !== "global") {
    return refuse10(`calls ${describeValue(callee)}`);
  }
  if (args === null || typeof args !== "object" || args.kind !== "tuple") {
    return refuse10(`arguments: expected a tuple, found ${describeValue(args)}`);
  }
  const [module, name] = callee.name.split(" ");
  const { items } = args;
  switch (globalTag(module, name)?.tag) {
    case "dict":
      return { kind: "dict", entries: dictEntries(items, refuse10, spend) };
    case "set": {
      const list = listItems(items[0], refuse10);
      spend(list.length);
      return { kind: "set", items: [...list] };
    }
    case "size":
      return { kind: "tuple", items: listItems(items[0], refuse10) };
    case "device":
      return { kind: "opaque", what: "device" };
    case "layout":
      return { kind: "opaque", what: "layout" };
    case "bytes":
      return { kind: "opaque", what: "bytes" };
    case "tensor":
      return tensorOf2(items, null, refuse10);
    case "tensor-v3":
      return tensorOf2(items, dtypeOf2(items[6], refuse10), refuse10);
    case "parameter": {
      const [data] = items;
      if (data === null || typeof data !== "object" || data.kind !== "tensor") {
        return refuse10(`a parameter of ${describeValue(data)}`);
      }
      return data;
    }
    default:
      return refuse10(`${module}.${name} is not something to be called`);
  }
}
function setState(object, state, refuse10) {
  const isDict = object !== null && typeof object === "object" && object.kind === "dict";
  if (!isDict) refuse10(`sets the state of ${describeValue(object)}`);
  const known4 = state === null || typeof state === "object" && (state.kind === "dict" || state.kind === "tuple");
  if (!known4) refuse10(`a state of ${describeValue(state)}`);
}
function dictEntries(items, refuse10, spend) {
  const entries = /* @__PURE__ */ new Map();
  const [source] = items;
  if (source === void 0) return entries;
  if (source !== null && typeof source === "object" && source.kind === "dict") {
    spend(source.entries.size);
    return new Map(source.entries);
  }
  const pairs = listItems(source, refuse10);
  spend(pairs.length);
  for (const pair4 of pairs) {
    const both = listItems(pair4, refuse10);
    if (both.length !== 2) refuse10("a dict of pairs: expected two values");
    entries.set(both[0], both[1]);
  }
  return entries;
}
function listItems(value, refuse10) {
  if (value !== null && typeof value === "object" && (value.kind === "list" || value.kind === "tuple"))
    return value.items;
  return refuse10(`expected a list or a tuple, found ${describeValue(value)}`);
}
function dtypeOf2(value, refuse10) {
  if (value !== null && typeof value === "object" && value.kind === "global") {
    const [module, name] = value.name.split(" ");
    const tag = globalTag(module, name);
    if (tag?.tag === "dtype" && tag.stored) return tag.stored;
  }
  return refuse10(`expected a number type, found ${describeValue(value)}`);
}
function tensorOf2(items, dtype, refuse10) {
  const [storage, offset, size, stride] = items;
  if (storage === null || typeof storage !== "object" || storage.kind !== "storage") {
    return refuse10(`a tensor in ${describeValue(storage)}`);
  }
  const stored = dtype ?? storage.stored;
  if (stored === null) return refuse10("a tensor of bytes that does not say its type");
  const shape2 = wholeNumbers(size, "sizes", refuse10);
  const strides = wholeNumbers(stride, "strides", refuse10);
  if (shape2.length !== strides.length) refuse10(`${shape2.length} sizes and ${strides.length} strides`);
  if (!isWhole2(offset)) return refuse10(`an offset of ${describeValue(offset)} ${String(offset)}`);
  return { kind: "tensor", storage, stored, offset, shape: shape2, stride: strides };
}
function wholeNumbers(value, what, refuse10) {
  const items = listItems(value, refuse10);
  if (items.length > MAX_RANK) refuse10(`a tensor of rank ${items.length}: expected at most ${MAX_RANK}`);
  if (!items.every(isWhole2)) refuse10(`${what}: expected whole numbers from 0`);
  return items;
}
function isWhole2(value) {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
var STORAGES, DTYPES2, CALLABLE, DANGEROUS, MAX_RANK;
var init_globals = __esm({
  "src/models/weights/pytorch/globals.ts"() {
    "use strict";
    init_values2();
    STORAGES = {
      DoubleStorage: "float64",
      FloatStorage: "float32",
      HalfStorage: "float16",
      BFloat16Storage: "bfloat16",
      LongStorage: "int64",
      IntStorage: "int32",
      ShortStorage: "int16",
      CharStorage: "int8",
      ByteStorage: "uint8",
      BoolStorage: "bool",
      UntypedStorage: null
    };
    DTYPES2 = {
      float64: "float64",
      double: "float64",
      float32: "float32",
      float: "float32",
      float16: "float16",
      half: "float16",
      bfloat16: "bfloat16",
      int64: "int64",
      long: "int64",
      int32: "int32",
      int: "int32",
      int16: "int16",
      short: "int16",
      int8: "int8",
      uint8: "uint8",
      uint16: "uint16",
      uint32: "uint32",
      uint64: "uint64",
      bool: "bool"
    };
    CALLABLE = {
      "collections OrderedDict": { tag: "dict" },
      "collections Counter": { tag: "dict" },
      "__builtin__ set": { tag: "set" },
      "builtins set": { tag: "set" },
      "_codecs encode": { tag: "bytes" },
      "torch Size": { tag: "size" },
      "torch device": { tag: "device" },
      "torch.serialization _get_layout": { tag: "layout" },
      "torch._utils _rebuild_tensor": { tag: "tensor" },
      "torch._utils _rebuild_tensor_v2": { tag: "tensor" },
      "torch._utils _rebuild_tensor_v3": { tag: "tensor-v3" },
      "torch._utils _rebuild_parameter": { tag: "parameter" },
      "torch._utils _rebuild_parameter_with_state": { tag: "parameter" }
    };
    DANGEROUS = /^(os|sys|posix|nt|subprocess|shutil|socket|runpy|importlib|pty|ctypes|code|pickle|builtins|__builtin__|commands|webbrowser|pip|operator|functools|types|marshal|torch\.hub|torch\.jit|numpy\.f2py)(\.|$)/;
    MAX_RANK = 64;
  }
});

// src/models/weights/pytorch/pickle.ts
function unpickle(bytes, start, fileOffset, persistentLoad) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const stack = [];
  const memo = /* @__PURE__ */ new Map();
  const marks = [];
  let at = start;
  let opcodeAt = start;
  let name = "start";
  const refuse10 = (what, fix = "the checkpoint is damaged or was not written by torch.save") => {
    throw new CnnvizError("format", `pickle at byte ${fileOffset + opcodeAt}, ${name}: ${what}`, { fix });
  };
  let copied = 0;
  const spend = (count) => {
    copied += count;
    if (copied > MAX_COPIED) refuse10(`copies more than ${MAX_COPIED} values`);
  };
  const need = (count) => {
    if (count > bytes.length - at) refuse10(`needs ${count} bytes, ${bytes.length - at} are left`);
    at += count;
    return at - count;
  };
  const push = (value) => {
    if (stack.length >= MAX_STACK) refuse10("too many values");
    stack.push(value);
  };
  const pop = () => {
    const value = stack.pop();
    if (value === void 0 || value === MARK) return refuse10("takes a value where there is none");
    return value;
  };
  const top = () => {
    const value = stack[stack.length - 1];
    if (value === void 0 || value === MARK) return refuse10("takes a value where there is none");
    return value;
  };
  const popMark = () => {
    const mark = marks.pop();
    if (mark === void 0) return refuse10("there is no MARK");
    const items = stack.splice(mark + 1);
    stack.pop();
    return items;
  };
  const text = (length) => {
    const from = need(length);
    try {
      return new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(from, from + length));
    } catch {
      return refuse10("a text that is not UTF-8");
    }
  };
  const line2 = () => {
    const end = bytes.indexOf(10, at);
    if (end < 0 || end - at > 1e3) refuse10("a name without an end");
    const found = text(end - at);
    at++;
    return found;
  };
  const global = (module, symbol) => {
    if (globalTag(module, symbol) === null) {
      const { what, fix } = refusalOf(module, symbol);
      refuse10(what, fix);
    }
    push({ kind: "global", name: `${module} ${symbol}` });
  };
  const put = (key) => {
    if (memo.size >= MAX_MEMO) refuse10("too many remembered values");
    memo.set(key, top());
  };
  const get = (key) => {
    const value = memo.get(key);
    if (value === void 0) refuse10(`value ${key} was never remembered`);
    else push(value);
  };
  const container = (kind) => {
    const value = top();
    if (value === null || typeof value !== "object" || value.kind !== kind) {
      return refuse10(`expected a ${kind}, found ${describeValue(value)}`);
    }
    return value;
  };
  const setItems = (items) => {
    if (items.length % 2 !== 0) refuse10("a key without a value");
    const { entries } = container("dict");
    for (let i = 0; i < items.length; i += 2) entries.set(items[i], items[i + 1]);
  };
  const long = () => {
    const length = bytes[need(1)];
    if (length > 16) refuse10(`a whole number of ${length} bytes`);
    const from = need(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = value << 8n | BigInt(bytes[from + i]);
    if (length > 0 && bytes[from + length - 1] & 128) value -= 1n << BigInt(8 * length);
    return Number(value);
  };
  const run = {
    PROTO: () => {
      const version = bytes[need(1)];
      if (version < 2 || version > 4) refuse10(`protocol ${version}: expected 2, 3 or 4`);
    },
    FRAME: () => {
      const length = view.getBigUint64(need(8), true);
      if (length > BigInt(bytes.length - at)) refuse10(`a frame of ${length} bytes, ${bytes.length - at} are left`);
    },
    MARK: () => {
      if (marks.length >= MAX_MARKS) refuse10(`nested deeper than ${MAX_MARKS}`);
      marks.push(stack.length);
      push(MARK);
    },
    POP: () => {
      if (stack[stack.length - 1] === MARK) popMark();
      else pop();
    },
    POP_MARK: () => void popMark(),
    DUP: () => push(top()),
    NONE: () => push(null),
    NEWTRUE: () => push(true),
    NEWFALSE: () => push(false),
    BININT: () => push(view.getInt32(need(4), true)),
    BININT1: () => push(bytes[need(1)]),
    BININT2: () => push(view.getUint16(need(2), true)),
    BINFLOAT: () => push(view.getFloat64(need(8), false)),
    LONG1: () => push(long()),
    BINUNICODE: () => push(text(view.getUint32(need(4), true))),
    SHORT_BINUNICODE: () => push(text(bytes[need(1)])),
    BINSTRING: () => push(text(view.getUint32(need(4), true))),
    SHORT_BINSTRING: () => push(text(bytes[need(1)])),
    BINBYTES: () => {
      need(view.getUint32(need(4), true));
      push({ kind: "opaque", what: "bytes" });
    },
    SHORT_BINBYTES: () => {
      need(bytes[need(1)]);
      push({ kind: "opaque", what: "bytes" });
    },
    EMPTY_DICT: () => push({ kind: "dict", entries: /* @__PURE__ */ new Map() }),
    EMPTY_LIST: () => push({ kind: "list", items: [] }),
    EMPTY_SET: () => push({ kind: "set", items: [] }),
    EMPTY_TUPLE: () => push({ kind: "tuple", items: [] }),
    TUPLE: () => push({ kind: "tuple", items: popMark() }),
    TUPLE1: () => push({ kind: "tuple", items: [pop()] }),
    TUPLE2: () => {
      const [b, a] = [pop(), pop()];
      push({ kind: "tuple", items: [a, b] });
    },
    TUPLE3: () => {
      const [c, b, a] = [pop(), pop(), pop()];
      push({ kind: "tuple", items: [a, b, c] });
    },
    APPEND: () => {
      const item = pop();
      container("list").items.push(item);
    },
    APPENDS: () => {
      const items = popMark();
      const { items: list } = container("list");
      for (const item of items) list.push(item);
    },
    ADDITEMS: () => {
      const items = popMark();
      const { items: set } = container("set");
      for (const item of items) set.push(item);
    },
    SETITEM: () => {
      const [value, key] = [pop(), pop()];
      setItems([key, value]);
    },
    SETITEMS: () => setItems(popMark()),
    BINPUT: () => put(bytes[need(1)]),
    LONG_BINPUT: () => put(view.getUint32(need(4), true)),
    MEMOIZE: () => put(memo.size),
    BINGET: () => get(bytes[need(1)]),
    LONG_BINGET: () => get(view.getUint32(need(4), true)),
    GLOBAL: () => {
      const module = line2();
      global(module, line2());
    },
    STACK_GLOBAL: () => {
      const [symbol, module] = [pop(), pop()];
      if (typeof symbol !== "string" || typeof module !== "string") return refuse10("a name that is not a text");
      global(module, symbol);
    },
    REDUCE: () => {
      const [args, callee] = [pop(), pop()];
      push(callGlobal(callee, args, refuse10, spend));
    },
    NEWOBJ: () => {
      const [args, callee] = [pop(), pop()];
      push(callGlobal(callee, args, refuse10, spend));
    },
    BUILD: () => {
      const state = pop();
      setState(top(), state, refuse10);
    },
    BINPERSID: () => {
      try {
        push(persistentLoad(pop()));
      } catch (error) {
        if (error instanceof CnnvizError && !error.message.startsWith("pickle")) refuse10(error.message);
        throw error;
      }
    }
  };
  for (let count = 0; ; count++) {
    opcodeAt = at;
    name = "end";
    if (count >= MAX_OPCODES) refuse10(`more than ${MAX_OPCODES} opcodes`);
    const opcode = bytes[need(1)];
    name = NAMES[opcode] ?? `opcode 0x${opcode.toString(16).padStart(2, "0")}`;
    if (name === "STOP") {
      const value = pop();
      if (stack.length > 0) refuse10(`${stack.length} values are left over`);
      return { value, end: at };
    }
    const action = NAMES[opcode] === void 0 ? void 0 : run[name];
    if (!action) refuse10("not an opcode that a checkpoint needs", "a checkpoint made by torch.save has no such opcode");
    action();
  }
}
var MAX_OPCODES, MAX_MEMO, MAX_STACK, MAX_MARKS, MAX_COPIED, NAMES, MARK;
var init_pickle = __esm({
  "src/models/weights/pytorch/pickle.ts"() {
    "use strict";
    init_errors();
    init_globals();
    init_values2();
    MAX_OPCODES = 1e6;
    MAX_MEMO = 1e6;
    MAX_STACK = 1e6;
    MAX_MARKS = 100;
    MAX_COPIED = 1e6;
    NAMES = {
      40: "MARK",
      41: "EMPTY_TUPLE",
      46: "STOP",
      48: "POP",
      49: "POP_MARK",
      50: "DUP",
      66: "BINBYTES",
      67: "SHORT_BINBYTES",
      71: "BINFLOAT",
      74: "BININT",
      75: "BININT1",
      77: "BININT2",
      78: "NONE",
      81: "BINPERSID",
      82: "REDUCE",
      84: "BINSTRING",
      85: "SHORT_BINSTRING",
      88: "BINUNICODE",
      93: "EMPTY_LIST",
      97: "APPEND",
      98: "BUILD",
      99: "GLOBAL",
      101: "APPENDS",
      104: "BINGET",
      106: "LONG_BINGET",
      113: "BINPUT",
      114: "LONG_BINPUT",
      115: "SETITEM",
      116: "TUPLE",
      117: "SETITEMS",
      125: "EMPTY_DICT",
      128: "PROTO",
      129: "NEWOBJ",
      133: "TUPLE1",
      134: "TUPLE2",
      135: "TUPLE3",
      136: "NEWTRUE",
      137: "NEWFALSE",
      138: "LONG1",
      140: "SHORT_BINUNICODE",
      143: "EMPTY_SET",
      144: "ADDITEMS",
      147: "STACK_GLOBAL",
      148: "MEMOIZE",
      149: "FRAME"
    };
    MARK = /* @__PURE__ */ Symbol("mark");
  }
});

// src/models/weights/pytorch/storages.ts
function refuse6(what) {
  throw new CnnvizError("format", `a persistent id: ${what}`);
}
function storageOf(id, legacy) {
  if (id === null || typeof id !== "object" || id.kind !== "tuple")
    refuse6(`expected a tuple, found ${describeValue(id)}`);
  const [word, type, key, , count, view] = id.items;
  if (word !== "storage") refuse6(`expected 'storage', found ${JSON.stringify(word)}`);
  const parts2 = id.items.length;
  if (parts2 !== 5 && !(legacy && parts2 === 6)) refuse6(`${parts2} parts: expected ${legacy ? "5 or 6" : "5"}`);
  if (type === null || typeof type !== "object" || type.kind !== "global") refuse6(`a type of ${describeValue(type)}`);
  const [module, name] = type.name.split(" ");
  const tag = globalTag(module, name);
  if (tag?.tag !== "storage") refuse6(`${module}.${name} is not a type of storage`);
  if (typeof key !== "string" || !/^\d{1,20}$/.test(key)) refuse6(`a key of ${JSON.stringify(key)}: expected digits`);
  if (!isWhole3(count)) refuse6(`a count of ${describeValue(count)}`);
  return { kind: "storage", key, stored: tag.stored, count, view: viewOf2(view ?? null) };
}
function viewOf2(view) {
  if (view === null) return null;
  if (typeof view !== "object" || view.kind !== "tuple" || view.items.length !== 3) refuse6("a view of unknown form");
  const [key, offset, count] = view.items;
  if (typeof key !== "string" || !isWhole3(offset) || !isWhole3(count)) refuse6("a view of unknown form");
  return { key, offset, count };
}
function isWhole3(value) {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
function checkTotal(tensors, fileBytes) {
  const most = Math.max(MOST_READ, MOST_VIEWS * fileBytes);
  const total = tensors.reduce((sum2, { tensor: tensor2 }) => sum2 + spanOf(tensor2) * STORED_TYPES[tensor2.stored].itemBytes, 0);
  if (total <= most) return;
  throw new CnnvizError("format", `${tensors.length} tensors that read ${total} bytes of a file of ${fileBytes}`, {
    fix: "save tensor.clone() of each instead of views that share their numbers"
  });
}
function spanOf({ shape: shape2, stride }) {
  return sizeOf(shape2) === 0 ? 0 : shape2.reduce((span, side4, axis) => span + (side4 - 1) * stride[axis], 1);
}
function tensorFrom(name, { stored, offset, shape: shape2, stride }, { source, start, bytes }, order) {
  const { itemBytes, dtype } = STORED_TYPES[stored];
  const count = Math.floor(bytes / itemBytes);
  const size = sizeOf(shape2);
  const last = size === 0 ? 0 : offset + spanOf({ shape: shape2, stride });
  if (!Number.isSafeInteger(size) || !Number.isSafeInteger(last) || last > count || offset > count) {
    throw new CnnvizError(
      "format",
      `tensor "${name}": [${shape2.join(", ")}] from number ${offset} with strides [${stride.join(", ")}] reaches beyond the ${count} numbers of its storage`,
      { fix: "the checkpoint is damaged: save it again" }
    );
  }
  if (size > count && size * 4 > Math.max(MOST_BYTES2, MOST_TIMES2 * source.size)) {
    throw new CnnvizError("format", `tensor "${name}": ${size} numbers made of ${count} stored ones`, {
      fix: "save tensor.contiguous() instead of an expanded view"
    });
  }
  const isPlain = rowMajor(shape2).every((step2, axis) => shape2[axis] === 1 || step2 === stride[axis]);
  const from = start + offset * itemBytes;
  const load = () => {
    if (size === 0 || isPlain) return loadStored(source, from, size, stored, order);
    const region = loadStored(source, from, last - offset, stored, order);
    return gather2(region, shape2, stride, newNumbers(dtype, size));
  };
  return {
    name,
    stored,
    bytes: size * itemBytes,
    dtype,
    shape: shape2,
    load: () => ({ dtype, shape: shape2, data: load() }),
    loadInto(target) {
      if (isPlain && size > 0) loadStoredInto(source, from, stored, target, order);
      else target.set(load());
    }
  };
}
function gather2(region, shape2, stride, out) {
  const at = new Array(shape2.length).fill(0);
  for (let i = 0, from = 0; i < out.length; i++) {
    out[i] = region[from];
    for (let axis = shape2.length - 1; axis >= 0; axis--) {
      from += stride[axis];
      if (++at[axis] < shape2[axis]) break;
      from -= at[axis] * stride[axis];
      at[axis] = 0;
    }
  }
  return out;
}
var MOST_TIMES2, MOST_BYTES2, MOST_VIEWS, MOST_READ;
var init_storages = __esm({
  "src/models/weights/pytorch/storages.ts"() {
    "use strict";
    init_errors();
    init_tensor();
    init_values();
    init_float_types();
    init_globals();
    init_values2();
    MOST_TIMES2 = 4;
    MOST_BYTES2 = 64 * 2 ** 20;
    MOST_VIEWS = 64;
    MOST_READ = 2 ** 30;
  }
});

// src/models/weights/pytorch/legacy.ts
function isLegacy(source) {
  if (source.size < 32) return false;
  const start = source.read(0, 32);
  if (start[0] !== 128) return false;
  const at = start[2] === 149 ? 11 : 2;
  return MAGIC2.every((byte, i) => start[at + i] === byte);
}
function refuse7(what) {
  throw new CnnvizError("format", `legacy checkpoint: ${what}`, { fix: "the file is damaged: save it again" });
}
function readLegacy(source, { name }) {
  const head = source.read(0, Math.min(source.size, MAX_PICKLES));
  const storages = /* @__PURE__ */ new Map();
  let at = 0;
  const next = () => {
    const { value, end } = unpickle(head, at, 0, (id) => {
      const storage = storageOf(id, true);
      const known4 = storages.get(storage.key);
      if (known4 && (known4.stored !== storage.stored || known4.count !== storage.count)) {
        refuse7(`storage ${storage.key} is described twice, differently`);
      }
      storages.set(storage.key, storage);
      return storage;
    });
    at = end;
    return value;
  };
  next();
  if (next() !== PROTOCOL) refuse7(`expected protocol ${PROTOCOL}`);
  const order = { littleEndian: isLittle(next()) };
  const object = next();
  const keys = next();
  if (keys === null || typeof keys !== "object" || keys.kind !== "list")
    return refuse7("the list of storages is missing");
  const places = /* @__PURE__ */ new Map();
  for (const key of keys.items) {
    const storage = typeof key === "string" ? storages.get(key) : void 0;
    if (typeof key !== "string" || !storage || storage.stored === null)
      return refuse7(`an unknown storage ${String(key)}`);
    const bytes = storage.count * STORED_TYPES[storage.stored].itemBytes;
    if (at + 8 + bytes > source.size) refuse7(`storage ${key} of ${bytes} bytes at ${at} reaches beyond the file`);
    const count = viewOf(source.read(at, 8)).getBigInt64(0, order.littleEndian);
    if (count !== BigInt(storage.count)) refuse7(`storage ${key} has ${count} numbers, ${storage.count} were described`);
    places.set(key, { source, start: at + 8, bytes });
    at += 8 + bytes;
  }
  const { tensors, notes } = collectTensors(object, name);
  checkTotal(tensors, source.size);
  return {
    format: "pytorch",
    tensors: tensors.map(({ name: own, tensor: tensor2 }) => {
      const { storage } = tensor2;
      const place = places.get(storage.key);
      if (!place) return refuse7(`tensor "${own}": its storage ${storage.key} is missing`);
      return tensorFrom(own, tensor2, partOf(place, storage), order);
    }),
    notes
  };
}
function partOf(place, { view, stored, key }) {
  if (view === null || stored === null) return place;
  const { itemBytes } = STORED_TYPES[stored];
  if ((view.offset + view.count) * itemBytes > place.bytes) refuse7(`a view of storage ${key} reaches beyond it`);
  return { ...place, start: place.start + view.offset * itemBytes, bytes: view.count * itemBytes };
}
function isLittle(system) {
  if (system === null || typeof system !== "object" || system.kind !== "dict") return refuse7("its system is missing");
  return system.entries.get("little_endian") !== false;
}
var MAGIC2, PROTOCOL, MAX_PICKLES;
var init_legacy = __esm({
  "src/models/weights/pytorch/legacy.ts"() {
    "use strict";
    init_bytes();
    init_errors();
    init_float_types();
    init_collect();
    init_pickle();
    init_storages();
    MAGIC2 = [138, 10, 108, 252, 156, 70, 249, 32, 106, 168, 80, 25, 46];
    PROTOCOL = 1001;
    MAX_PICKLES = 64 * 2 ** 20;
  }
});

// src/models/weights/pytorch.ts
function matches(source) {
  if (source.size < 4) return false;
  const [a, b, c, d] = source.read(0, 4);
  if (a === 80 && b === 75 && c === 3 && d === 4) return pickleEntry(readZip(source)) !== null;
  return isLegacy(source) || isTar(source);
}
function isTar(source) {
  if (source.size < 512 || String.fromCharCode(...source.read(257, 5)) !== "ustar") return false;
  const [first] = String.fromCharCode(...source.read(0, 100)).split("\0");
  return first === "" || TAR_ENTRIES.includes(first);
}
function pickleEntry(entries) {
  for (const entry of entries.values()) if (/^[^/]+\/data\.pkl$/.test(entry.name)) return entry;
  return null;
}
function read3(source, context) {
  if (isTar(source)) {
    throw new CnnvizError("unsupported", "a checkpoint in the tar format of the first PyTorch releases", {
      fix: "convert it where you trust it: torch.save(torch.load('old.pth'), 'new.pth')"
    });
  }
  return isLegacy(source) ? readLegacy(source, context) : readArchive(source, context);
}
function readArchive(source, { name }) {
  const entries = readZip(source);
  const pickle = pickleEntry(entries);
  if (pickle.size > MAX_PICKLE) {
    throw new CnnvizError("format", `${pickle.name}: ${pickle.size} bytes: expected at most ${MAX_PICKLE}`);
  }
  const folder = pickle.name.slice(0, -"data.pkl".length);
  const order = byteOrder(entries.get(`${folder}byteorder`));
  const opened = pickle.open();
  const offset = pickle.compressed ? 0 : pickle.start;
  const { value } = unpickle(opened.read(0, opened.size), 0, offset, (id) => storageOf(id, false));
  const { tensors, notes } = collectTensors(value, name);
  checkTotal(tensors, source.size);
  const places = /* @__PURE__ */ new Map();
  return {
    format: "pytorch",
    tensors: tensors.map(({ name: own, tensor: tensor2 }) => {
      const { key, stored, count } = tensor2.storage;
      const id = `${key} ${stored} ${count}`;
      const place = places.get(id) ?? storageBytes(entries, folder, tensor2.storage, own);
      places.set(id, place);
      return tensorFrom(own, tensor2, place, order);
    }),
    notes
  };
}
function byteOrder(entry) {
  if (!entry) return { littleEndian: true };
  const text = entry.size > 16 ? "" : new TextDecoder().decode(entry.open().read(0, entry.size)).trim();
  if (text !== "little" && text !== "big") {
    throw new CnnvizError("format", `${entry.name}: expected little or big, got ${JSON.stringify(text)}`);
  }
  return { littleEndian: text === "little" };
}
function storageBytes(entries, folder, { key, stored, count }, tensor2) {
  const entry = entries.get(`${folder}data/${key}`);
  if (!entry) throw new CnnvizError("format", `tensor "${tensor2}": its storage data/${key} is missing`);
  const expected = count * (stored === null ? 1 : STORED_TYPES[stored].itemBytes);
  if (entry.size !== expected) {
    throw new CnnvizError(
      "format",
      `tensor "${tensor2}": its storage data/${key} has ${entry.size} bytes, ${count} numbers need ${expected}`,
      { fix: "the checkpoint is damaged or was tampered with" }
    );
  }
  return { source: entry.open(), start: 0, bytes: entry.size };
}
var MAX_PICKLE, TAR_ENTRIES, pytorchReader;
var init_pytorch = __esm({
  "src/models/weights/pytorch.ts"() {
    "use strict";
    init_errors();
    init_float_types();
    init_collect();
    init_legacy();
    init_pickle();
    init_storages();
    init_zip();
    MAX_PICKLE = 64 * 2 ** 20;
    TAR_ENTRIES = ["sys_info", "pickle", "storages", "tensors"];
    pytorchReader = { format: "pytorch", matches, read: read3 };
  }
});

// src/models/weights/json-scanner.ts
function scanJson(text) {
  let at = 0;
  const refuse10 = (what) => {
    throw new CnnvizError("format", `header, character ${at}: ${what}`, { fix: "the file is damaged: save it again" });
  };
  const match = (pattern) => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (!found) return null;
    at = pattern.lastIndex;
    return found[0];
  };
  const expect = (sign) => {
    match(SPACE);
    if (text[at] !== sign) refuse10(`expected ${sign}, found ${at < text.length ? JSON.stringify(text[at]) : "the end"}`);
    at++;
  };
  const isNext = (sign) => {
    match(SPACE);
    return text[at] === sign;
  };
  const string = () => {
    match(SPACE);
    const start = at;
    if (text[at] !== '"') refuse10("expected a text");
    at++;
    match(RUN2);
    while (match(ESCAPE) !== null) match(RUN2);
    if (text[at] !== '"') refuse10("a text without an end");
    at++;
    return JSON.parse(text.slice(start, at));
  };
  const object = (depth) => {
    const entries = /* @__PURE__ */ new Map();
    expect("{");
    if (isNext("}")) {
      at++;
      return entries;
    }
    for (; ; ) {
      const key = string();
      if (entries.has(key)) refuse10(`the key ${JSON.stringify(key)} comes twice`);
      expect(":");
      entries.set(key, value(depth + 1));
      if (!isNext(",")) break;
      at++;
    }
    expect("}");
    return entries;
  };
  const array = (depth) => {
    const items = [];
    expect("[");
    if (isNext("]")) {
      at++;
      return items;
    }
    for (; ; ) {
      items.push(value(depth + 1));
      if (!isNext(",")) break;
      at++;
    }
    expect("]");
    return items;
  };
  const value = (depth) => {
    if (depth > MAX_DEPTH2) refuse10(`nested deeper than ${MAX_DEPTH2}`);
    if (isNext("{")) return object(depth);
    if (isNext("[")) return array(depth);
    if (isNext('"')) return string();
    for (const [word, meaning] of [
      ["true", true],
      ["false", false],
      ["null", null]
    ]) {
      if (!text.startsWith(word, at)) continue;
      at += word.length;
      return meaning;
    }
    const number = match(NUMBER2);
    return number === null ? refuse10("expected a value") : Number(number);
  };
  const result = value(0);
  match(SPACE);
  if (at !== text.length) refuse10("more behind the end");
  return result;
}
var MAX_DEPTH2, NUMBER2, RUN2, ESCAPE, SPACE;
var init_json_scanner = __esm({
  "src/models/weights/json-scanner.ts"() {
    "use strict";
    init_errors();
    MAX_DEPTH2 = 16;
    NUMBER2 = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
    RUN2 = /[^"\\\u0000-\u001f]*/y;
    ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
    SPACE = /[ \t\n\r]*/y;
  }
});

// src/models/weights/safetensors.ts
function refuse8(what, fix = FIX2) {
  throw new CnnvizError("format", what, { fix });
}
function matches2(source) {
  if (source.size < 10) return false;
  const start = source.read(0, 9);
  const length = new DataView(start.buffer, start.byteOffset).getBigUint64(0, true);
  return start[8] === 123 && length > 0n && length <= MAX_HEADER2;
}
function readSafetensors(source) {
  const length = viewOf(source.read(0, 8)).getBigUint64(0, true);
  if (length > MAX_HEADER2) refuse8(`a header of ${length} bytes: expected at most ${MAX_HEADER2}`);
  if (length > BigInt(source.size - 8)) refuse8(`a header of ${length} bytes in a file of ${source.size}`);
  const headerBytes = source.read(8, Number(length));
  const header = scanJson(headerText(headerBytes));
  if (!(header instanceof Map)) refuse8("header: expected an object");
  let metadata = /* @__PURE__ */ new Map();
  const tensors = [];
  const start = 8 + Number(length);
  for (const [name, entry] of header) {
    if (name === "__metadata__") metadata = metadataOf(entry);
    else tensors.push(tensorOf3(source, start, name, entry));
  }
  checkLayout(tensors, source.size - start);
  return { format: "safetensors", tensors: tensors.map(({ tensor: tensor2 }) => tensor2), notes: [], metadata };
}
function headerText(bytes) {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 32) end--;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes.subarray(0, end));
  } catch {
    return refuse8("header: not UTF-8");
  }
}
function metadataOf(entry) {
  if (!(entry instanceof Map) || [...entry.values()].some((value) => typeof value !== "string")) {
    return refuse8("__metadata__: expected an object of texts");
  }
  return entry;
}
function tensorOf3(source, start, name, entry) {
  const place = `tensor ${JSON.stringify(name)}`;
  if (!(entry instanceof Map)) return refuse8(`${place}: expected an object`);
  for (const key of entry.keys()) {
    if (!["dtype", "shape", "data_offsets"].includes(key)) refuse8(`${place}: unknown key ${JSON.stringify(key)}`);
  }
  const word = entry.get("dtype");
  if (typeof word !== "string") return refuse8(`${place}: expected a dtype`);
  if (!Object.hasOwn(TYPES3, word)) {
    throw new CnnvizError("unsupported", `${place}: dtype ${JSON.stringify(word)} is not read`, {
      fix: `convert it to one of ${Object.keys(TYPES3).join(", ")}`
    });
  }
  const stored = TYPES3[word];
  const shape2 = wholeNumbers2(entry.get("shape"), `${place}: shape`);
  if (shape2.length > MAX_RANK2) refuse8(`${place}: rank ${shape2.length}: expected at most ${MAX_RANK2}`);
  const offsets = wholeNumbers2(entry.get("data_offsets"), `${place}: data_offsets`);
  if (offsets.length !== 2) refuse8(`${place}: data_offsets: expected two numbers, got ${offsets.length}`);
  const [begin, end] = offsets;
  if (begin > end || start + end > source.size) {
    refuse8(`${place}: bytes ${begin} \u2026 ${end} do not lie in the ${source.size - start} bytes of data`);
  }
  const { itemBytes, dtype } = STORED_TYPES[stored];
  const size = shape2.reduce((product, side4) => product * side4, 1);
  if (!Number.isSafeInteger(size * itemBytes) || size * itemBytes !== end - begin) {
    refuse8(`${place}: [${shape2.join(", ")}] of ${word} needs ${size * itemBytes} bytes, has ${end - begin}`);
  }
  const tensor2 = {
    name,
    stored,
    bytes: end - begin,
    dtype,
    shape: shape2,
    load: () => ({ dtype, shape: shape2, data: loadStored(source, start + begin, size, stored) }),
    loadInto: (target) => loadStoredInto(source, start + begin, stored, target)
  };
  return { tensor: tensor2, begin, end };
}
function wholeNumbers2(value, place) {
  const isList2 = Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
  return isList2 ? value : refuse8(`${place}: expected whole numbers from 0`);
}
function checkLayout(tensors, size) {
  const sorted2 = [...tensors].sort((a, b) => a.begin - b.begin || a.end - b.end);
  let at = 0;
  for (const { tensor: tensor2, begin, end } of sorted2) {
    if (begin !== at) {
      refuse8(
        `tensor ${JSON.stringify(tensor2.name)}: begins at ${begin}, expected ${at}: data must not overlap or leave holes`
      );
    }
    at = end;
  }
  if (at !== size) refuse8(`the tensors end at byte ${at}, the data at ${size}`);
}
var TYPES3, MAX_HEADER2, MAX_RANK2, FIX2, safetensorsReader;
var init_safetensors = __esm({
  "src/models/weights/safetensors.ts"() {
    "use strict";
    init_bytes();
    init_errors();
    init_float_types();
    init_json_scanner();
    TYPES3 = {
      F64: "float64",
      F32: "float32",
      F16: "float16",
      BF16: "bfloat16",
      I64: "int64",
      I32: "int32",
      I16: "int16",
      I8: "int8",
      U64: "uint64",
      U32: "uint32",
      U16: "uint16",
      U8: "uint8",
      BOOL: "bool"
    };
    MAX_HEADER2 = 100000000n;
    MAX_RANK2 = 64;
    FIX2 = "the file is damaged or was made to deceive: save it again";
    safetensorsReader = { format: "safetensors", matches: matches2, read: readSafetensors };
  }
});

// src/models/weights/index.ts
function readWeights(source, context) {
  const foreign = foreignWeights(source, context.file ?? "FILE");
  if (foreign) throw new CnnvizError("unsupported", `this is ${foreign.what}`, { fix: foreign.fix });
  const reader = readerOf(source);
  if (reader) return reader.read(source, context);
  const start = source.read(0, Math.min(8, source.size));
  const hex = Array.from(start, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  const found = source.size === 0 ? "the file is empty" : `starts with the bytes ${hex}`;
  throw new CnnvizError("format", `not a file of weights: ${found}`, {
    fix: "formats: .npy, .npz, .safetensors, PyTorch .pth, .onnx; a bare .bin (ncnn, TensorFlow.js, OpenVINO) does not say what it holds"
  });
}
function readerOf(source) {
  return WEIGHT_READERS.find(({ matches: matches3 }) => matches3(source)) ?? null;
}
function foreignWeights(source, file) {
  const start = source.read(0, Math.min(FOREIGN_BYTES, source.size));
  if (isZip(source)) return foreignArchive([...readZip(source).keys()], file);
  const foreign = foreignFile(start, file);
  return foreign && !readerOf(source) ? foreign : null;
}
function foreignArchive(names, file) {
  const has = (pattern) => names.some((name) => pattern.test(name));
  const inPython = `'${file.replace(/[\\'"$`!]/g, "\\$&")}'`;
  if (names.includes("config.json") && has(/^model\.weights\.(h5|npz)$/)) {
    return {
      what: "a Keras model (.keras)",
      fix: `convert it: python -m tf2onnx.convert --keras ${shellWord(file)} --output model.onnx, then: cnnviz run model.onnx`
    };
  }
  if (has(/(^|\/)(archive_format|serialized_exported_program\.json|models\/[^/]+\.json)$/)) {
    return {
      what: "an exported program of PyTorch (.pt2)",
      fix: `its weights: python -c "import torch; torch.save(torch.export.load(${inPython}).state_dict, 'weights.pth')"; the network: torch.onnx.export`
    };
  }
  if (has(/^[^/]+\/(constants\.pkl|code\/.*)$/)) {
    return {
      what: "a TorchScript archive: a program, not a state_dict",
      fix: `its weights: python -c "import torch; torch.save(torch.jit.load(${inPython}).state_dict(), 'weights.pth')"; the network: torch.onnx.export`
    };
  }
  return null;
}
var WEIGHT_READERS;
var init_weights2 = __esm({
  "src/models/weights/index.ts"() {
    "use strict";
    init_errors();
    init_text();
    init_foreign_file();
    init_weights();
    init_npz();
    init_pytorch();
    init_safetensors();
    init_zip();
    WEIGHT_READERS = [npyReader, pytorchReader, npzReader, safetensorsReader, onnxReader];
  }
});

// src/models/head-file.ts
import { z } from "zod";
function isHead(source) {
  return safetensorsReader.matches(source) && readSafetensors(source).metadata.get("format") === FORMAT;
}
function readHead(source) {
  if (!safetensorsReader.matches(source)) {
    const foreign = foreignFile(source.read(0, Math.min(FOREIGN_BYTES, source.size)), "FILE");
    if (foreign) refuse9(`not a head: it is ${foreign.what}`, foreign.fix);
    refuse9("not a safetensors file", "a head is what `cnnviz head train` writes");
  }
  const file = readSafetensors(source);
  const { metadata } = file;
  if (metadata.get("format") !== FORMAT) {
    refuse9("a safetensors file, but not of a head", "a head is what `cnnviz head train` writes");
  }
  if (metadata.get("format_version") !== FORMAT_VERSION) {
    refuse9(`a head of format ${metadata.get("format_version") ?? "?"}: expected ${FORMAT_VERSION}`, "train it again");
  }
  const classes = parsed(metadata, "classes", classesSchema);
  const settings = parsed(metadata, "settings", settingsSchema);
  return {
    classes,
    origin: parsed(metadata, "features", originSchema),
    settings,
    parameters: parametersOf(file, classes.length, settings.hidden)
  };
}
function refuse9(what, fix = "the file is damaged: train the head again") {
  throw new CnnvizError("format", what, { fix });
}
function parsed(metadata, key, schema2) {
  let value;
  try {
    value = JSON.parse(metadata.get(key) ?? "");
  } catch {
    return refuse9(`metadata "${key}": not JSON`);
  }
  const { data, error } = schema2.safeParse(value);
  if (!error) return data;
  const [{ path, message }] = error.issues;
  return refuse9(`metadata "${[key, ...path].join(".")}": ${message}`);
}
function parametersOf({ tensors }, classes, hidden) {
  const take = (name, shape2) => {
    const tensor2 = tensors.find((one) => one.name === name);
    const fits = tensor2?.dtype === "float32" && tensor2.shape.length === shape2.length && tensor2.shape.every((n, axis) => n === (shape2[axis] ?? n));
    if (!fits) {
      const expected = shape2.map((n) => n ?? "D").join(", ");
      return refuse9(
        `"${name}": expected float32 [${expected}], got ${tensor2 ? `${tensor2.stored} [${tensor2.shape.join(", ")}]` : "none"}`
      );
    }
    const { data } = tensor2.load();
    if (!data.every(Number.isFinite)) refuse9(`"${name}": holds NaN or infinite numbers`);
    return data;
  };
  const mean = take("mean", [null]);
  const D = mean.length;
  const std = take("std", [D]);
  if (D === 0 || std.includes(0)) refuse9('"std": expected numbers other than 0');
  const layer3 = (prefix, outputs, inputs) => ({
    weight: take(`${prefix}weight`, [outputs, inputs]),
    bias: take(`${prefix}bias`, [outputs])
  });
  return {
    mean,
    std,
    hidden: hidden === null ? null : layer3("hidden.", hidden, D),
    output: layer3("", classes, hidden ?? D)
  };
}
var FORMAT, FORMAT_VERSION, sha256, side2, pair2, numbers2, originSchema, settingsSchema, classesSchema;
var init_head_file = __esm({
  "src/models/head-file.ts"() {
    "use strict";
    init_errors();
    init_foreign_file();
    init_safetensors();
    FORMAT = "cnnviz-head";
    FORMAT_VERSION = "1";
    sha256 = z.string().regex(/^[0-9a-f]{64}$/);
    side2 = z.int().positive().max(2 ** 20);
    pair2 = z.tuple([side2, side2]);
    numbers2 = z.array(z.number()).min(1);
    originSchema = z.strictObject({
      network: z.string().min(1),
      weights: z.string().nullable(),
      init: z.int().nonnegative().nullable(),
      weightsSha256: sha256,
      layersSha256: sha256,
      layer: z.string(),
      reduce: z.enum(["mean", "max", "flatten"]),
      preset: z.strictObject({
        geometry: z.strictObject({ resize: z.union([side2, pair2]).nullable(), crop: pair2.nullable() }),
        preprocess: z.strictObject({
          pixels: z.enum(["unit", "255", "signed"]),
          gray: z.boolean(),
          normalize: z.strictObject({ mean: numbers2, std: numbers2 }).nullable()
        }),
        digit: z.literal(true).exactOptional()
      }),
      background: z.string().regex(/^#[0-9a-f]{6}$/).nullable(),
      exact: z.boolean()
    });
    settingsSchema = z.strictObject({
      l2: z.number().nonnegative(),
      hidden: z.int().positive().nullable(),
      classWeight: z.enum(["none", "balanced"]),
      holdout: z.number().min(0).lt(1),
      seed: z.int().nonnegative(),
      maxIterations: z.int().positive(),
      patience: z.int().positive()
    });
    classesSchema = z.array(z.string()).min(2);
  }
});

// src/run/file-kind.ts
function fileKind(path, source) {
  const name = path === "-" ? "FILE" : path;
  const foreign = foreignWeights(source, name);
  if (foreign) return { kind: "foreign", ...foreign };
  const start = source.read(0, Math.min(TEXT_BYTES, source.size));
  const format = sniffFormat(start);
  const asImage = `the network comes first: cnnviz run NET ${shellWord(name)}`;
  if (format === "npy") return { kind: "array", what: "an array", fix: asImage };
  if (format !== null) return { kind: "image", what: `an image (${format.toUpperCase()})`, fix: asImage };
  const run = (network) => `cnnviz run ${shellWord(network)} photo.jpg`;
  if (looksLikeOnnx(source)) return { kind: "onnx", what: "an ONNX model", fix: run(name) };
  if (isHead(source)) return { kind: "head", what: "a head", fix: run(name) };
  if (readerOf(source)) return { kind: "checkpoint", what: "a checkpoint", fix: run(`NET@${name}`) };
  const text = new TextDecoder("latin1").decode(start);
  if (looksLikePrintedModel(text)) return { kind: "network", what: "the text of print(model)", fix: run(name) };
  if (/^(layers\s*:|\s*\{[\s\S]*"layers"\s*:)/m.test(text))
    return { kind: "network", what: "a network file", fix: run(name) };
  return null;
}
function kindOfFile(path) {
  const source = peekFile(path);
  if (!source) return null;
  try {
    return fileKind(path, source);
  } finally {
    source.close();
  }
}
function isHeadFile(path) {
  return orNull(() => kindOfFile(path))?.kind === "head";
}
function orNull(find2) {
  try {
    return find2();
  } catch (error) {
    if (error instanceof CnnvizError) return null;
    throw error;
  }
}
function refusalOf2(path, error) {
  return ofCommand(atPlace(path, error));
}
function headIn(network) {
  if (network.includes("|")) return null;
  for (let at = network.length; at > 0; at = network.lastIndexOf("@", at - 1)) {
    const path = network.slice(0, at);
    const kind = isBuiltin(path) ? null : namedKind(path);
    if (kind === "head") return { path, features: at === network.length ? null : network.slice(at + 1) };
  }
  return null;
}
function namedKind(path) {
  try {
    return kindOfFile(path)?.kind ?? null;
  } catch (error) {
    throw refusalOf2(path, error);
  }
}
var TEXT_BYTES;
var init_file_kind = __esm({
  "src/run/file-kind.ts"() {
    "use strict";
    init_errors();
    init_text();
    init_random_access();
    init_sniff();
    init_head_file();
    init_networks();
    init_proto();
    init_weights2();
    TEXT_BYTES = 65536;
  }
});

// src/io/hash.ts
import { createHash } from "node:crypto";
import { pipeline } from "node:stream/promises";
function sha256OfParts(parts2) {
  const hash2 = createHash("sha256");
  for (const part of parts2) hash2.update(part);
  return hash2.digest("hex");
}
function sha2562(bytes) {
  return createHash("sha256").update(bytes).digest("hex");
}
async function sha256OfFile(path) {
  if (isPipe(path)) return sha2562(await readBytes(path));
  const hash2 = createHash("sha256");
  try {
    const file = await openRegular(path);
    await pipeline(file.createReadStream({ highWaterMark: 1 << 20 }), hash2);
  } catch (error) {
    throw await readFault(path, error);
  }
  return hash2.digest("hex");
}
var init_hash = __esm({
  "src/io/hash.ts"() {
    "use strict";
    init_descriptors();
    init_files();
  }
});

// src/io/shipped-files.ts
import { existsSync as existsSync3, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
function shippedFile(name) {
  return placeOf3(name, PLACES2, "models/");
}
function placeOf3(name, folders, told) {
  const place = folders.map((folder) => fileURLToPath(new URL(folder + name, import.meta.url))).find(existsSync3);
  if (place === void 0) throw new Error(`${told}${name} is missing from the package: install cnnviz again`);
  return place;
}
var PLACES2;
var init_shipped_files = __esm({
  "src/io/shipped-files.ts"() {
    "use strict";
    PLACES2 = ["../models/", "../../models/"];
  }
});

// src/io/weight-cache.ts
import { homedir } from "node:os";
import { basename as basename3, isAbsolute as isAbsolute4, join as join3, resolve as resolve5 } from "node:path";
function ownPlace() {
  return { env: process.env, platform: process.platform, home: homedir() };
}
function cacheFolder({ env, platform, home } = ownPlace()) {
  if (env.CNNVIZ_CACHE) return resolve5(env.CNNVIZ_CACHE);
  if (env.XDG_CACHE_HOME && isAbsolute4(env.XDG_CACHE_HOME)) return join3(env.XDG_CACHE_HOME, "cnnviz");
  if (platform === "darwin") return join3(home, "Library", "Caches", "cnnviz");
  if (platform === "win32") return join3(env.LOCALAPPDATA || join3(home, "AppData", "Local"), "cnnviz", "Cache");
  return join3(home, ".cache", "cnnviz");
}
function hubFolder({ env, home } = ownPlace()) {
  const torch = env.TORCH_HOME || join3(env.XDG_CACHE_HOME || join3(home, ".cache"), "torch");
  return join3(torch, "hub", "checkpoints");
}
function cachedFile(name) {
  if (name === "" || name !== basename3(name) || /\.(part|lock|json)$/.test(name)) return null;
  const path = join3(cacheFolder(), name);
  return kindOf(path) === "a file" ? path : null;
}
var init_weight_cache = __esm({
  "src/io/weight-cache.ts"() {
    "use strict";
    init_read_files();
  }
});

// src/run/found-weights.ts
async function fetchedWeights(published) {
  const { file } = published;
  const own = cachedFile(file);
  if (own !== null) return { path: own, note: `weights: ${file}, as cnnviz get fetched it` };
  const hub = joinPath(hubFolder(), file);
  if (!await existingFile(hub)) return NOTHING;
  return await hasHash(hub, published) ? { path: hub, note: `weights: ${file}, as PyTorch fetched it (SHA-256 checked)` } : { path: null, note: `${hub}: not taken, its SHA-256 is another than it should be` };
}
async function hasHash(path, { sha256: sha2563 }) {
  return (await sha256OfFile(path)).startsWith(sha2563);
}
async function weightsCalled(name) {
  const published = publishedAs(name);
  if (published !== null) return fetchedWeights(published);
  const path = cachedFile(name);
  return path === null ? NOTHING : { path, note: `weights: ${name}, as cnnviz get fetched it` };
}
async function findWeights({ network, weights, init }) {
  if (weights !== null) {
    if (await existingFile(weights)) return { path: weights, note: null };
    const found = await weightsCalled(weights);
    return { ...found, path: found.path ?? weights };
  }
  const own = init === null ? await ownName(network) : null;
  const shipped = own === null ? null : shippedFor(own);
  if (shipped !== null) return { path: shippedFile(shipped.file), note: null };
  const published = own === null ? null : publishedFor(own);
  return published === null ? NOTHING : fetchedWeights(published);
}
async function ownName(network) {
  if (isBuiltin(network)) return network;
  return await existingFile(network) ? null : builtinName(network);
}
var NOTHING;
var init_found_weights = __esm({
  "src/run/found-weights.ts"() {
    "use strict";
    init_files();
    init_hash();
    init_paths();
    init_shipped_files();
    init_weight_cache();
    init_networks();
    init_published();
    NOTHING = { path: null, note: null };
  }
});

// src/engine/evaluate.ts
var evaluate;
var init_evaluate = __esm({
  "src/engine/evaluate.ts"() {
    "use strict";
    init_tensor();
    init_values();
    init_layers();
    evaluate = (layer3, inputs, outputs) => {
      const operator = forwardOf(layer3);
      if (!operator) return null;
      const shared = operator.memory === "alias" ? inputs[0]?.data : void 0;
      const values = outputs.map(({ dtype, shape: shape2 }, i) => ({
        dtype,
        shape: shape2,
        data: i === 0 && shared ? shared : newNumbers(dtype, sizeOf(shape2))
      }));
      operator.run(layer3, inputs, values);
      return values;
    };
  }
});

// src/analysis/kept-run.ts
function shapeOf3(subject, { info, x }) {
  const { fed, open: open3 } = subject;
  const first = info ?? fed.values().next().value ?? { dtype: "float32", shape: [] };
  const inputs = /* @__PURE__ */ new Map();
  for (const [name, value] of fed) inputs.set(name, { dtype: value.dtype, shape: value.shape, value });
  if (info && open3.length > 0) inputs.set(open3[0], { dtype: info.dtype, shape: info.shape, value: null });
  try {
    const bound2 = subject.bind(first, x);
    return { bound: bound2, shaped: inferShapes(bound2.model, inputs, evaluate), inputs };
  } catch (error) {
    throw subject.retell(error);
  }
}
var init_kept_run = __esm({
  "src/analysis/kept-run.ts"() {
    "use strict";
    init_evaluate();
    init_infer();
  }
});

// src/core/module-path.ts
function modulePath(name) {
  if (!name.startsWith("/")) return null;
  const parts2 = [];
  for (const part of name.slice(1).split("/").slice(0, -1)) {
    const last = parts2.at(-1);
    if (last !== void 0 && part.startsWith(`${last}.`)) parts2[parts2.length - 1] = part;
    else parts2.push(part);
  }
  return parts2.join(".");
}
function operatorPart(name) {
  return name.slice(name.lastIndexOf("/") + 1);
}
function commonScope(names) {
  const [first, ...others] = names.map((name) => name.split("/").slice(0, -1));
  let depth = first.length;
  for (const scope2 of others) {
    let same = 0;
    while (same < depth && scope2[same] === first[same]) same++;
    depth = same;
  }
  const scope = first.slice(0, depth).join("/");
  return scope === "" ? "" : `${scope}/`;
}
var init_module_path = __esm({
  "src/core/module-path.ts"() {
    "use strict";
  }
});

// src/layers/fixed-values.ts
function fixedValues({ nodes, constants: constants3 }) {
  const fixed = new Set(constants3.keys());
  for (const { layer: layer3, inputs, outputs } of nodes) {
    if (!layerFamily(layer3).readsShapes && !inputs.every((name) => name === null || fixed.has(name))) continue;
    for (const output of outputs) fixed.add(output);
  }
  return fixed;
}
var init_fixed_values = __esm({
  "src/layers/fixed-values.ts"() {
    "use strict";
    init_layers();
  }
});

// src/models/onnx/group-activations.ts
function gelu2(graph, node) {
  const erf2 = graph.made(node.outputs[0], "pointwise", "erf");
  const scaled = erf2 && (graph.made(erf2.inputs[0], "div") ?? graph.made(erf2.inputs[0], "mul"));
  if (!erf2 || !scaled) return null;
  const [a, b] = scaled.inputs;
  const x = scaled.layer.kind === "div" ? graph.is(b, Math.SQRT2) ? a : null : graph.withNumber(scaled, Math.SQRT1_2);
  const rest = x === null ? null : halfOfOnePlus(graph, x, erf2);
  return rest && { kind: "gelu", nodes: [scaled, erf2, ...rest] };
}
function geluTanh(graph, node) {
  const tanh2 = graph.made(node.outputs[0], "activation", "tanh");
  const scaled = tanh2 && graph.made(tanh2.inputs[0], "mul");
  const sum2 = scaled && graph.made(graph.withNumber(scaled, SQRT_2_OVER_PI3), "add");
  if (!tanh2 || !scaled || !sum2) return null;
  for (const [x, more] of [sum2.inputs, [...sum2.inputs].reverse()]) {
    const cubic = graph.made(more, "mul");
    const cube = cubic && graph.withNumber(cubic, 0.044715);
    const power2 = graph.made(cube ?? null, "pow");
    if (x === null || !cubic || power2?.inputs[0] !== x || !graph.is(power2.inputs[1], 3)) continue;
    const rest = halfOfOnePlus(graph, x, tanh2);
    if (rest) return { kind: "gelu_tanh", nodes: [power2, cubic, sum2, scaled, tanh2, ...rest] };
  }
  return null;
}
function halfOfOnePlus(graph, x, y) {
  const sum2 = graph.next(y, "add");
  if (!sum2 || graph.withNumber(sum2, 1) !== y.outputs[0]) return null;
  const nodes = [sum2];
  let [hasX, hasHalf] = [false, false];
  for (let at = sum2; !hasX || !hasHalf; ) {
    const product = graph.next(at, "mul");
    const factor = product && graph.other(product, at.outputs[0]);
    if (!product || factor === null) return null;
    const halved = graph.made(factor, "mul");
    if (factor === x && !hasX) hasX = true;
    else if (graph.is(factor, 0.5) && !hasHalf) hasHalf = true;
    else if (halved && graph.withNumber(halved, 0.5) === x && !hasX && !hasHalf) {
      nodes.push(halved);
      [hasX, hasHalf] = [true, true];
    } else return null;
    nodes.push(product);
    at = product;
  }
  return nodes;
}
function silu(graph, node) {
  const sigmoid2 = graph.made(node.outputs[0], "activation", "sigmoid");
  const product = sigmoid2 && graph.next(sigmoid2, "mul");
  if (!sigmoid2 || !product) return null;
  const x = graph.other(product, sigmoid2.outputs[0]);
  if (x === sigmoid2.inputs[0]) return { kind: "silu", nodes: [sigmoid2, product] };
  const scaled = graph.made(sigmoid2.inputs[0], "mul");
  if (!scaled || x === null || graph.withNumber(scaled, 1.702) !== x) return null;
  return { kind: "quick_gelu", nodes: [scaled, sigmoid2, product] };
}
function mish(graph, node) {
  const softplus = graph.made(node.outputs[0], "activation", "softplus");
  const tanh2 = softplus && graph.next(softplus, "activation", "tanh");
  const product = tanh2 && graph.next(tanh2, "mul");
  if (!softplus || !tanh2 || !product) return null;
  if (softplus.layer.parameters.length > 0) return null;
  return graph.other(product, tanh2.outputs[0]) === softplus.inputs[0] ? { kind: "mish", nodes: [softplus, tanh2, product] } : null;
}
function hardswishOfOne(graph, node) {
  const gate = graph.made(node.outputs[0], "pointwise", "hard_sigmoid");
  const product = gate && graph.next(gate, "mul");
  if (!gate || !product) return null;
  const [slope, middle] = gate.layer.parameters;
  const isTorchs = Math.abs(slope - 1 / 6) < 1e-5 && middle === 0.5;
  return isTorchs && graph.other(product, gate.outputs[0]) === gate.inputs[0] ? { kind: "hardswish", nodes: [gate, product] } : null;
}
function hardOfParts(graph, node) {
  const clipped = graph.made(node.outputs[0], "clip") ?? graph.made(node.outputs[0], "activation", "relu6");
  const isSix = clipped?.layer.kind !== "clip" || graph.number(node.inputs[1]) === 0 && graph.is(node.inputs[2], 6);
  const sum2 = clipped && graph.made(clipped.inputs[0], "add");
  const x = sum2 && graph.withNumber(sum2, 3);
  if (!clipped || !isSix || !sum2 || x === null) return null;
  const nodes = [sum2, clipped];
  let [hasX, hasSixth] = [false, false];
  for (let at = clipped; !hasX || !hasSixth; ) {
    const part = sixthOf(graph, at);
    const product = part === null && !hasX ? graph.next(at, "mul") : null;
    if (part && !hasSixth) hasSixth = true;
    else if (product && graph.other(product, at.outputs[0]) === x) hasX = true;
    else break;
    at = part ?? product;
    nodes.push(at);
  }
  if (!hasSixth) return null;
  return { kind: hasX ? "hardswish" : "hard_sigmoid", nodes };
}
function sixthOf(graph, node) {
  const quotient = graph.next(node, "div");
  if (quotient && quotient.inputs[0] === node.outputs[0] && graph.is(quotient.inputs[1], 6)) return quotient;
  const product = graph.next(node, "mul");
  return product && graph.withNumber(product, 1 / 6) === node.outputs[0] ? product : null;
}
var SQRT_2_OVER_PI3;
var init_group_activations = __esm({
  "src/models/onnx/group-activations.ts"() {
    "use strict";
    SQRT_2_OVER_PI3 = 0.7978845608028654;
  }
});

// src/models/onnx/group-graph.ts
function isOf(node, kind, name) {
  if (node.layer.kind !== kind) return false;
  return name === void 0 || nameOf(node.layer) === name || "name" in node.layer && node.layer.name === name;
}
var Graph;
var init_group_graph = __esm({
  "src/models/onnx/group-graph.ts"() {
    "use strict";
    init_tensor();
    init_values();
    init_fixed_values();
    init_layers();
    Graph = class {
      shaped;
      #makers = /* @__PURE__ */ new Map();
      #readers = /* @__PURE__ */ new Map();
      #fixed;
      #outputs;
      constructor(shaped) {
        this.shaped = shaped;
        const { nodes, outputs } = shaped.model;
        this.#outputs = new Set(outputs);
        this.#fixed = fixedValues(shaped.model);
        for (const node of nodes) {
          const { readsShapes } = layerFamily(node.layer);
          this.#makers.set(node.outputs[0], node);
          if (readsShapes) continue;
          for (const name of new Set(node.inputs)) {
            if (name !== null) this.#readers.set(name, [...this.#readers.get(name) ?? [], node]);
          }
        }
      }
      shape(value) {
        return this.shaped.infos.get(value)?.shape ?? [];
      }
      /** The node whose first output a value is, when it is of this kind; an activation or pointwise layer by its own name. */
      made(value, kind, name) {
        const node = value === null ? void 0 : this.#makers.get(value);
        return node !== void 0 && isOf(node, kind, name) ? node : null;
      }
      maker(value) {
        return value === null ? null : this.#makers.get(value) ?? null;
      }
      readers(value) {
        return this.#readers.get(value) ?? [];
      }
      /** The only node that reads the first output of a node, when it is of this kind. */
      next(node, kind, name) {
        const reader = this.after(node);
        return reader !== null && isOf(reader, kind, name) ? reader : null;
      }
      /** The only node that reads the first output of a node; null when the network gives it away, too. */
      after({ outputs: [value] }) {
        const [reader, ...others] = this.readers(value);
        return reader === void 0 || others.length > 0 || this.isOutput(value) ? null : reader;
      }
      /** Whether the network gives a value away. */
      isOutput(value) {
        return this.#outputs.has(value);
      }
      /** Whether a value does not depend on what is run. */
      isFixed(value) {
        return value !== null && this.#fixed.has(value);
      }
      /** The one number of a value that is known; null for others. */
      number(value) {
        if (value === null || !this.isFixed(value) || sizeOf(this.shape(value)) !== 1) return null;
        return this.shaped.known(value)?.data[0] ?? null;
      }
      /** Whether a value is a known number, to 1e−4 of it: files hold it in float32, people write it with a few digits. */
      is(value, wanted) {
        const number = this.number(value);
        return number !== null && Math.abs(number - wanted) <= 1e-4 * Math.abs(wanted);
      }
      /** The axes of a reduction, counted from the front; null when they are not known. */
      axes({ inputs }) {
        const [x, axes] = inputs;
        if (x === null || axes === void 0 || axes === null || !this.isFixed(axes)) return null;
        const rank = this.shape(x).length;
        const known4 = this.shaped.known(axes);
        return known4 && Array.from(known4.data, (axis) => axis < 0 ? axis + rank : axis).sort((a, b) => a - b);
      }
      /**
       * Of a node of two inputs, the one that is not `value`; null when neither is. A node that reads it twice has it as the
       * other one.
       */
      other({ inputs }, value) {
        if (inputs.length !== 2) return null;
        return inputs[0] === value ? inputs[1] : inputs[1] === value ? inputs[0] : null;
      }
      /** Of an addition or product, the input whose number is known, and the other one; null for others. */
      withNumber({ inputs }, wanted) {
        if (inputs.length !== 2) return null;
        return this.is(inputs[1], wanted) ? inputs[0] : this.is(inputs[0], wanted) ? inputs[1] : null;
      }
      /** Whether nobody outside of some nodes sees what they make, but for the first output of the last. */
      isClosed(nodes) {
        const own = new Set(nodes);
        const [last] = nodes.slice(-1);
        return nodes.every(
          (node) => node.outputs.every(
            (value, i) => node === last && i === 0 || !this.isOutput(value) && this.readers(value).every((one) => own.has(one))
          )
        );
      }
      isFloat(value) {
        const info = this.shaped.infos.get(value);
        return info !== void 0 && isFloat(info.dtype);
      }
    };
  }
});

// src/models/onnx/group-norms.ts
function layerNorm(graph, node) {
  const root = graph.made(node.outputs[0], "div") && graph.made(node.inputs[1], "pointwise", "sqrt");
  const centred = root && graph.made(node.inputs[0], "sub");
  const spread2 = centred && meanOfSquares(graph, root.inputs[0]);
  if (!root || !centred || !spread2) return null;
  const square = squared(graph, spread2.of);
  const [x, mean] = centred.inputs;
  const average = graph.made(mean, "reduce", "mean");
  if (!square || !average || average.inputs[0] !== x || x === null) return null;
  const again = square.of === centred.outputs[0] ? null : graph.made(square.of, "sub");
  if (square.of !== centred.outputs[0] && again?.inputs.join() !== centred.inputs.join()) return null;
  const axes = graph.axes(average);
  const rank = graph.shape(x).length;
  if (!axes || axes.join() !== graph.axes(spread2.mean)?.join() || !isOfFeatures(axes, rank)) return null;
  const twice = again === null ? [] : [again];
  const core = [average, centred, ...twice, ...square.nodes, spread2.mean, spread2.guard, root, node];
  return betweenTransposes(graph, x, { kind: "layer_norm", nodes: [...core, ...affine(graph, node)] });
}
function rmsNorm(graph, node) {
  const root = graph.made(node.outputs[0], "div") && graph.made(node.inputs[1], "pointwise", "sqrt");
  const spread2 = root && meanOfSquares(graph, root.inputs[0]);
  const square = spread2 && squared(graph, spread2.of);
  const [x] = node.inputs;
  if (!root || !square || square.of !== x || x === null) return null;
  const axes = graph.axes(spread2.mean);
  if (!axes || !isOfFeatures(axes, graph.shape(x).length)) return null;
  const weight = graph.next(node, "mul");
  const factor = weight && graph.other(weight, node.outputs[0]);
  const scaled = weight && graph.isFixed(factor) ? [weight] : [];
  return { kind: "rms_norm", nodes: [...square.nodes, spread2.mean, spread2.guard, root, node, ...scaled] };
}
function l2Norm(graph, node) {
  if (!graph.made(node.outputs[0], "div")) return null;
  const [x, divisor] = node.inputs;
  const spread2 = graph.made(divisor, "expand");
  const guarded = graph.maker(spread2 ? spread2.inputs[0] : divisor);
  const guard = guarded && guardOf(graph, guarded);
  const length = graph.made(guard?.of ?? null, "reduce", "l2");
  if (!guarded || !length || length.inputs[0] !== x) return null;
  return { kind: "l2_norm", nodes: [length, guarded, ...spread2 ? [spread2] : [], node] };
}
function guardOf(graph, node) {
  const isSmall = (value) => isEps(graph.number(value));
  const clip2 = graph.made(node.outputs[0], "clip");
  if (clip2) return isSmall(clip2.inputs[1] ?? null) && (clip2.inputs[2] ?? null) === null ? { of: clip2.inputs[0] } : null;
  const more = graph.made(node.outputs[0], "max") ?? graph.made(node.outputs[0], "add");
  return more && more.inputs.length === 2 && isSmall(more.inputs[1]) ? { of: more.inputs[0] } : null;
}
function meanOfSquares(graph, value) {
  const guard = graph.made(value, "add");
  if (guard?.inputs.length !== 2) return null;
  const [a, b] = guard.inputs;
  const averaged = isEps(graph.number(b)) ? a : isEps(graph.number(a)) ? b : null;
  const mean = graph.made(averaged, "reduce", "mean");
  return mean && { guard, mean, of: mean.inputs[0] };
}
function squared(graph, value) {
  const power2 = graph.made(value, "pow");
  if (power2 && graph.is(power2.inputs[1], 2)) return { nodes: [power2], of: power2.inputs[0] };
  const product = graph.made(value, "mul");
  if (product?.inputs.length !== 2 || product.inputs[0] !== product.inputs[1]) return null;
  return { nodes: [product], of: product.inputs[0] };
}
function isEps(number) {
  return number !== null && number > 0 && number <= LARGEST_EPS;
}
function isOfFeatures(axes, rank) {
  if (axes.length !== 1) return false;
  return axes[0] === rank - 1 || axes[0] === 1 && rank === 4;
}
function affine(graph, node) {
  const found = [];
  const weight = graph.next(node, "mul");
  if (weight && graph.isFixed(graph.other(weight, node.outputs[0]))) found.push(weight);
  const [before] = [...found, node];
  const bias = graph.next(before, "add");
  if (bias && graph.isFixed(graph.other(bias, before.outputs[0]))) found.push(bias);
  return found;
}
function betweenTransposes(graph, x, found) {
  const { nodes } = found;
  const before = graph.made(x, "transpose");
  const after = graph.next(nodes.at(-1), "transpose");
  if (!before || !after) return found;
  const [there, back] = [before.layer.perm, after.layer.perm];
  const isUndone = there !== null && back !== null && there.every((axis, i) => back[axis] === i);
  const whole = [before, ...nodes, after];
  return isUndone && graph.isClosed(whole) ? { ...found, nodes: whole } : found;
}
var LARGEST_EPS;
var init_group_norms = __esm({
  "src/models/onnx/group-norms.ts"() {
    "use strict";
    LARGEST_EPS = 0.01;
  }
});

// src/models/onnx/group-products.ts
function linear2(graph, node) {
  const product = graph.made(node.outputs[0], "linear");
  const sum2 = product && (product.inputs[2] ?? null) === null ? graph.next(product, "add") : null;
  if (!product || !sum2) return null;
  const bias = graph.other(sum2, product.outputs[0]);
  if (bias === null || !graph.isFixed(bias)) return null;
  const M = graph.shape(product.outputs[0]).at(-1);
  return graph.shape(bias).join() === String(M) ? { kind: "linear", nodes: [product, sum2] } : null;
}
function attention(graph, node) {
  const softmax2 = graph.made(node.outputs[0], "softmax");
  if (!softmax2 || softmax2.inputs[0] === null) return null;
  const rank = graph.shape(softmax2.inputs[0]).length;
  const dim = softmax2.layer.dim;
  if (dim !== -1 && dim !== rank - 1) return null;
  const blended = graph.next(softmax2, "matmul");
  if (!blended || blended.inputs[0] !== softmax2.outputs[0] || graph.isFixed(blended.inputs[1])) return null;
  const scores = [];
  let at = graph.maker(softmax2.inputs[0]);
  while (at && at.layer.kind !== "matmul" && isPassed(graph, at)) {
    scores.unshift(at);
    at = graph.maker(movedInput(graph, at));
  }
  if (at?.layer.kind !== "matmul" || at.inputs.some((value) => graph.isFixed(value))) return null;
  const core = [at, ...scores, softmax2, blended];
  if (!graph.isClosed(core)) return null;
  const joined = joiningBehind(graph, blended);
  const before = cuttingBefore(graph, [...at.inputs, blended.inputs[1]], [...core, ...joined]);
  return { kind: "attention", nodes: [...before, ...core, ...joined] };
}
function isPassed(graph, node) {
  return isMove(graph, node) || isByFixed(graph, node);
}
function isByFixed(graph, node) {
  const { kind } = node.layer;
  const isArithmetic = kind === "add" || kind === "mul";
  const isFraction = kind === "div" && graph.isFixed(node.inputs[1]);
  return isFraction || isArithmetic && node.inputs.length === 2 && node.inputs.some((one) => graph.isFixed(one));
}
function isMove(graph, { layer: layer3, inputs, outputs }) {
  const { kind } = layer3;
  const isMoved = kind === "transpose" || kind === "slice" || kind === "split" || kind === "gather" || kind === "expand";
  const isOne = inputs.slice(1).every((value) => value === null || graph.isFixed(value));
  return (isMoved || keepsNumbers(layer3)) && isOne && !graph.isFixed(inputs[0]) && graph.isFloat(outputs[0]);
}
function isCut(graph, node) {
  const isScaled = node.layer.kind === "mul" || node.layer.kind === "div" && graph.isFixed(node.inputs[1]);
  return isMove(graph, node) || isScaled && node.inputs.some((value) => graph.number(value) !== null);
}
function movedInput(graph, { inputs }) {
  return inputs.find((value) => value !== null && !graph.isFixed(value)) ?? null;
}
function joiningBehind(graph, node) {
  const found = [];
  for (let at = graph.after(node); at && isMove(graph, at) && at.layer.kind !== "slice"; at = graph.after(at)) {
    found.push(at);
  }
  return found;
}
function cuttingBefore(graph, values, core) {
  const own = new Set(core);
  const isOwn = (node) => node.outputs.every((value) => !graph.isOutput(value) && graph.readers(value).every((one) => own.has(one)));
  const waiting = [...values];
  for (let i = 0; i < waiting.length; i++) {
    const node = graph.maker(waiting[i]);
    if (!node || own.has(node) || !isCut(graph, node) || node.outputs.length > 3 || !isOwn(node)) continue;
    own.add(node);
    waiting.push(movedInput(graph, node));
  }
  const inside = new Set(core);
  return graph.shaped.model.nodes.filter((node) => own.has(node) && !inside.has(node));
}
function channelShuffle(graph, node) {
  const turn = graph.made(node.outputs[0], "transpose");
  const cut = turn && graph.made(turn.inputs[0], "reshape");
  const join4 = turn && graph.next(turn, "reshape");
  if (!turn || !cut || !join4 || cut.inputs[0] === null) return null;
  const from = graph.shape(cut.inputs[0]);
  const [N, g, c, ...sides] = graph.shape(cut.outputs[0]);
  const perm = turn.layer.perm ?? [];
  const isSwap = perm.every((axis, i) => axis === (i === 1 ? 2 : i === 2 ? 1 : i)) && perm.length === from.length + 1;
  const isWhole4 = from.join() === [N, g * c, ...sides].join() && graph.shape(join4.outputs[0]).join() === from.join();
  return isSwap && isWhole4 && from.length >= 3 ? { kind: "channel_shuffle", nodes: [cut, turn, join4] } : null;
}
var init_group_products = __esm({
  "src/models/onnx/group-products.ts"() {
    "use strict";
    init_layers();
  }
});

// src/models/onnx/layer-groups.ts
function layerGroups(shaped) {
  const before = known2.get(shaped);
  if (before) return before;
  const found = findGroups(shaped);
  known2.set(shaped, found);
  return found;
}
function findGroups(shaped) {
  const graph = new Graph(shaped);
  const { nodes } = shaped.model;
  const order = new Map(nodes.map((node, i) => [node, i]));
  const taken = new Set(nodes.map(({ name }) => name));
  const groups = [];
  const of = /* @__PURE__ */ new Map();
  for (const pattern of PATTERNS) {
    for (const node of nodes) {
      if (of.has(node)) continue;
      const found = pattern(graph, node);
      if (!found || found.nodes.some((part) => of.has(part))) continue;
      const last = found.nodes[found.nodes.length - 1];
      if (!graph.isClosed(found.nodes) || !graph.isFloat(last.outputs[0])) continue;
      const parts2 = [...found.nodes].sort((a, b) => order.get(a) - order.get(b));
      const name = freeName2(found.kind, parts2, last, taken);
      const group = { name, kind: found.kind, nodes: parts2, value: last.outputs[0] };
      groups.push(group);
      for (const part of parts2) of.set(part, group);
    }
  }
  return { groups: groups.sort((a, b) => order.get(a.nodes.at(-1)) - order.get(b.nodes.at(-1))), of };
}
function freeName2(kind, parts2, last, taken) {
  const scope = commonScope(parts2.map(({ name: name2 }) => name2));
  if (scope === "") return last.name;
  const word = kind.replace(/(^|_)([a-z0-9])/g, (_, __, letter) => letter.toUpperCase());
  let name = `${scope}${word}`;
  for (let n = 1; taken.has(name); n++) name = `${scope}${word}_${n}`;
  taken.add(name);
  return name;
}
var PATTERNS, known2;
var init_layer_groups = __esm({
  "src/models/onnx/layer-groups.ts"() {
    "use strict";
    init_module_path();
    init_group_activations();
    init_group_graph();
    init_group_norms();
    init_group_products();
    PATTERNS = [
      attention,
      layerNorm,
      rmsNorm,
      l2Norm,
      gelu2,
      geluTanh,
      silu,
      mish,
      hardswishOfOne,
      hardOfParts,
      channelShuffle,
      linear2
    ];
    known2 = /* @__PURE__ */ new WeakMap();
  }
});

// src/analysis/channels-last.ts
function channelsLast(shaped) {
  const before = known3.get(shaped);
  if (before) return before;
  const last = /* @__PURE__ */ new Set();
  const fixed = fixedValues(shaped.model);
  const sides = (value) => shaped.infos.get(value)?.shape ?? [];
  for (const node of shaped.model.nodes) {
    const [output] = node.outputs;
    if (sides(output).length !== 4 || fixed.has(output)) continue;
    if (node.layer.kind === "transpose") {
      const [input] = node.inputs;
      if (node.layer.perm?.join() === TO_LAST && input !== null && !last.has(input)) last.add(output);
      continue;
    }
    if (staysLast(node, output, last, fixed, sides)) last.add(output);
  }
  known3.set(shaped, last);
  return last;
}
function staysLast({ layer: layer3, inputs }, output, last, fixed, sides) {
  const read4 = inputs.filter((name) => name !== null && !fixed.has(name));
  const [N, H, W] = sides(output);
  const first = read4.find((name) => last.has(name));
  if (first === void 0 || layer3.kind === "reshape") return false;
  const shape2 = sides(first);
  const agree = read4.every((name) => last.has(name) || sizeOf(sides(name)) <= sizeOf(shape2));
  return agree && shape2[0] === N && shape2[1] === H && shape2[2] === W;
}
function movesChannels(shaped, { layer: layer3, inputs: [input], outputs: [output] }) {
  if (layer3.kind !== "transpose" || input === null) return false;
  const last = channelsLast(shaped);
  const perm = layer3.perm?.join();
  return perm === TO_LAST && last.has(output) || perm === TO_FIRST && last.has(input);
}
var TO_LAST, TO_FIRST, known3;
var init_channels_last = __esm({
  "src/analysis/channels-last.ts"() {
    "use strict";
    init_tensor();
    init_fixed_values();
    TO_LAST = "0,2,3,1";
    TO_FIRST = "0,3,1,2";
    known3 = /* @__PURE__ */ new WeakMap();
  }
});

// src/analysis/layer-names.ts
function pathOf(name) {
  return modulePath(name) ?? name;
}
function namesOf(name) {
  const path = modulePath(name);
  return path === null || path === "" ? [name] : [name, path, `${path}.${operatorPart(name)}`];
}
var LayerNames;
var init_layer_names = __esm({
  "src/analysis/layer-names.ts"() {
    "use strict";
    init_module_path();
    init_names();
    init_values();
    init_fixed_values();
    init_layers();
    init_layer_groups();
    init_channels_last();
    LayerNames = class {
      #shaped;
      #fixed;
      /** In the order of the network. */
      layers;
      #groups;
      #parts;
      #makers;
      constructor(shaped, parts2) {
        const { groups, of } = layerGroups(shaped);
        this.#shaped = shaped;
        this.#parts = parts2;
        this.#groups = groups;
        this.#fixed = fixedValues(shaped.model);
        this.layers = shaped.model.nodes.flatMap((node) => {
          const group = parts2 ? void 0 : of.get(node);
          if (group === void 0) return [{ name: node.name, node, group: null }];
          return node.outputs[0] === group.value ? [{ name: group.name, node, group }] : [];
        });
        this.#makers = new Map(this.layers.map((layer3) => [layer3.node.outputs[0], layer3]));
      }
      /** Values that compute something: not shapes, not what constants alone give, not maps in another order. */
      all() {
        return this.layers.filter((one) => this.#isShown(one)).flatMap(({ node }) => this.#numbersOf(node));
      }
      /** The layer of this name, the value, or the module: as it is written in full. */
      exactly(name) {
        const { nodes } = this.#shaped.model;
        const named2 = nodes.filter((node) => node.name === name);
        if (named2.length > 0) return named2.flatMap((node) => this.#valuesOf(node));
        if (nodes.some(({ outputs }) => outputs.includes(name))) return [name];
        const group = this.#groups.find((one) => one.name === name);
        return group ? [group.value] : [];
      }
      /** What a module gives to those outside of it. @param path as torch says it: "features.18", "layer4.1" */
      ofModule(path) {
        const { nodes, outputs } = this.#shaped.model;
        const inside = new Set(nodes.filter(({ name }) => pathOf(name) === path || pathOf(name).startsWith(`${path}.`)));
        const given2 = new Set(outputs);
        for (const node of nodes) {
          if (inside.has(node) || layerFamily(node.layer).readsShapes) continue;
          for (const name of node.inputs) if (name !== null) given2.add(name);
        }
        return [...inside].flatMap((node) => this.#numbersOf(node)).filter((value) => given2.has(value));
      }
      /** The layers whose names, values or modules a glob means; parts of a module only where nothing else is meant. */
      matching(matches3) {
        const isMeant = ({ name, node }) => namesOf(name).some(matches3) || namesOf(node.name).some(matches3);
        const layers = this.layers.filter((one) => this.#isShown(one) && isMeant(one));
        if (layers.length > 0) return layers.flatMap(({ node }) => this.#valuesOf(node));
        return this.#shaped.model.nodes.flatMap(
          (node) => namesOf(node.name).some(matches3) ? this.#valuesOf(node) : node.outputs.filter(matches3)
        );
      }
      /** The layer that a name means regardless of case, '-' and '_'. */
      spelledOtherwise(name) {
        const own = sameName(
          name,
          this.layers.map((one) => one.name)
        );
        if (own !== null) return this.layers.flatMap((one) => one.name === own ? this.#valuesOf(one.node) : []);
        const path = sameName(name, [...new Set(this.layers.map((one) => pathOf(one.name)))]);
        return path === null ? [] : this.ofModule(path);
      }
      /** The layer that makes a value as its first; null for inputs, and for the others. */
      makerOf(value) {
        return this.#makers.get(value) ?? null;
      }
      #isShown({ node, group }) {
        if (node.layer.kind === "shape") return false;
        if (this.#parts || group !== null || this.#shaped.model.outputs.includes(node.outputs[0])) return true;
        return !this.#fixed.has(node.outputs[0]) && !movesChannels(this.#shaped, node);
      }
      #numbersOf({ outputs }) {
        return outputs.filter((value) => {
          const info = this.#shaped.infos.get(value);
          return info !== void 0 && isFloat(info.dtype);
        });
      }
      /** The first is the layer's own; of the others (the parts of a split, a dropout's mask) those that are numbers. */
      #valuesOf(node) {
        const [first] = node.outputs;
        return [first, ...this.#numbersOf(node).filter((value) => value !== first)];
      }
    };
  }
});

// src/analysis/layer-choice.ts
function kindOf2({ node, group }) {
  return group?.kind ?? (node ? nameOf(node.layer) : "identity");
}
function chooseLayers(shaped, patterns, flag = "--layers", parts2 = false) {
  const { model } = shaped;
  const names = new LayerNames(shaped, parts2);
  const chosen = /* @__PURE__ */ new Set();
  for (const pattern of patterns) {
    const values = valuesOf(names, model, pattern);
    if (values.length === 0) throw unknownLayer3(names, pattern, flag);
    for (const value of values) chosen.add(value);
  }
  const makers = new Map(model.nodes.flatMap((node) => node.outputs.map((value) => [value, node])));
  const order = [.../* @__PURE__ */ new Set([...model.nodes.flatMap(({ outputs }) => outputs), ...model.outputs])];
  return order.filter((value) => chosen.has(value)).map((value) => {
    const node = makers.get(value) ?? null;
    const { name = node?.outputs[0] === value ? node.name : value, group = null } = names.makerOf(value) ?? {};
    return { name, value, node, group };
  });
}
function valuesOf(names, { outputs }, pattern) {
  const exact = names.exactly(pattern);
  if (exact.length > 0) return exact;
  if (pattern === "output") return [...outputs];
  if (pattern === "all") return names.all();
  const ways = [
    () => names.ofModule(pattern),
    () => names.matching(globMatcher(pattern)),
    () => names.spelledOtherwise(pattern)
  ];
  for (const way of ways) {
    const found = way();
    if (found.length > 0) return found;
  }
  return [];
}
function globMatcher(pattern) {
  if (!pattern.includes("[")) return (name) => matchesStars(name, pattern);
  if ((pattern.match(/\*+/g) ?? []).length > MOST_STARS) {
    throw new CnnvizError("usage", `${pattern}: more than ${MOST_STARS} * beside brackets`, {
      fix: "leave the brackets out: ? is any one letter",
      scope: "command"
    });
  }
  const source = pattern.replace(/[.+^${}()|\\]/g, "\\$&").replace(/\*+/g, ".*").replaceAll("?", ".");
  try {
    const glob = new RegExp(`^${source}$`);
    return (name) => glob.test(name);
  } catch {
    return (name) => matchesStars(name, pattern);
  }
}
function unknownLayer3({ layers }, pattern, flag) {
  const names = [...new Set(layers.map(({ name }) => pathOf(name) || name))];
  const near = nearestNames(pattern, [...new Set(names.flatMap(withModules))], NEAREST);
  const meant = near.length === 0 ? "" : `did you mean ${near.join(", ")}? `;
  const all = names.length <= FEW2 ? `layers: ${someOf(names)}; or` : `cnnviz summary lists all ${groupDigits(layers.length)}; there are also`;
  return new CnnvizError("usage", `${flag} ${pattern}: no layer is called that`, {
    fix: `${meant}${all} output, all, globs such as 'features.*'`,
    scope: "command"
  });
}
function withModules(path) {
  return path.startsWith("/") ? [path] : path.split(".").map((_, i, parts2) => parts2.slice(0, i + 1).join("."));
}
var MOST_STARS, FEW2, NEAREST;
var init_layer_choice = __esm({
  "src/analysis/layer-choice.ts"() {
    "use strict";
    init_errors();
    init_names();
    init_text();
    init_layers();
    init_layer_names();
    MOST_STARS = 2;
    FEW2 = 12;
    NEAREST = 4;
  }
});

// src/run/head/cut-network.ts
function cutNetwork(opened, info, layer3) {
  const { shaped, bound: bound2 } = shapeOf3(opened, { info, x: null });
  const { model } = shaped;
  const value = layer3 === null ? beforeClassifier(model) : oneValue(chooseLayers(shaped, [layer3], "--layer"), layer3);
  const nodes = neededFor(model, [value]);
  return {
    opened: {
      ...opened,
      bind(input, x) {
        const bound3 = opened.bind(input, x);
        return { ...bound3, model: { ...bound3.model, outputs: [value] } };
      }
    },
    layer: nodes.find(({ outputs }) => outputs[0] === value)?.name ?? value,
    value,
    shape: shaped.infos.get(value).shape,
    notes: bound2.notes,
    layersSha256: sha2562(new TextEncoder().encode(JSON.stringify(nodes))),
    hashWeights: () => sha256OfParts(weightBytes(model, nodes))
  };
}
function oneValue(chosen, layer3) {
  if (chosen.length === 1) return chosen[0].value;
  const names = chosen.map(({ name }) => name);
  throw new CnnvizError("usage", `--layer ${layer3}: expected one layer, got ${names.length}`, {
    fix: `one of ${names.slice(0, 8).join(", ")}${names.length > 8 ? ", \u2026" : ""}`
  });
}
function beforeClassifier(model) {
  const [output] = model.outputs;
  const weighted = neededFor(model, [output]).filter((node) => isWeighted2(model, node));
  const value = weighted.at(-1)?.inputs[0];
  return weighted.length < 2 || value == null ? output : value;
}
function isWeighted2({ constants: constants3 }, { layer: layer3, inputs }) {
  return layerFamily(layer3).macs !== void 0 && inputs.slice(1).some((name) => name !== null && constants3.has(name));
}
function* weightBytes({ constants: constants3 }, nodes) {
  const text = new TextEncoder();
  const seen = /* @__PURE__ */ new Set();
  for (const name of nodes.flatMap(({ inputs }) => inputs)) {
    const constant2 = name === null ? void 0 : constants3.get(name);
    if (name === null || constant2 === void 0 || seen.has(name)) continue;
    seen.add(name);
    const numbers3 = new Float32Array(sizeOf(constant2.shape));
    constant2.loadInto(numbers3);
    yield text.encode(`${name} [${constant2.shape.join(", ")}]
`);
    yield float32Bytes(numbers3);
  }
}
function reducedSize(shape2, reduce3) {
  return reduce3 === "flatten" ? sizeOf(shape2.slice(1)) : shape2[1];
}
var init_cut_network = __esm({
  "src/run/head/cut-network.ts"() {
    "use strict";
    init_kept_run();
    init_layer_choice();
    init_bytes();
    init_errors();
    init_tensor();
    init_hash();
    init_layers();
    init_model();
  }
});

// src/run/head/open-head.ts
function behindHead(path) {
  const behind = (what) => `${path}@${what}`;
  return { network: behind, weights: behind, none: `name the head alone, ${path}` };
}
async function openHead(path) {
  const source = await openFile(path);
  try {
    return readHead(source);
  } catch (error) {
    throw refusalOf2(path, error);
  } finally {
    source.close();
  }
}
function looksLikePipe(network) {
  return network.includes("|") || /[\s=]/.test(network.trim());
}
async function featureRequest(path, origin, given2, ways, arraysOf2, wants = "numbers") {
  const network = given2.network ?? await networkOf(path, origin, ways, arraysOf2);
  const bringsWeights = network.includes("@") && !network.includes("|");
  const isMadeUp = origin.init !== null && given2.weights === null && !bringsWeights;
  let { weights } = given2;
  if (weights === null && !bringsWeights && origin.weights !== null && wants === "numbers") {
    weights = await find(path, origin.weights, ways.weights) ?? await fetched(origin.weights, given2.network);
    if (weights === null) {
      const published = publishedAs(origin.weights);
      throw new CnnvizError("usage", `${path}: its features come from ${origin.weights}, which is not here`, {
        fix: published ? getFix(published) : `say where it is: ${ways.weights(`path/to/${origin.weights}`)}`
      });
    }
  }
  return { network, weights, init: isMadeUp ? origin.init : null, asPrinted: true, inputs: [] };
}
async function fetched(name, network) {
  const { path } = await weightsCalled(name);
  const own = path === null && network !== null ? builtinName(network) : null;
  const published = own === null ? null : publishedFor(own);
  return published === null ? path : (await fetchedWeights(published)).path;
}
async function networkOf(path, { network }, ways, arraysOf2) {
  if (builtinName(network) !== null) return network;
  const found = looksLikePipe(network) ? network : await find(path, network, ways.network);
  if (found !== null && isHeadFile(found)) {
    throw new CnnvizError("format", `${path}: its features come from ${network}, which is a head itself`, {
      fix: "the file is damaged: train the head again"
    });
  }
  if (found !== null) {
    await checkArrays(path, found, ways, arraysOf2);
    return found;
  }
  throw new CnnvizError("usage", `${path}: its features come from the network ${network}, which is not here`, {
    fix: `say where it is: ${ways.network(`path/to/${network}`)}`
  });
}
async function find(head, name, way) {
  refuseOutside(way, name, head);
  for (const folder of ["", folderOf(head)]) {
    const place = joinPath(folder, name);
    if (!await existingFile(place)) continue;
    refuseLeaving(folder, place);
    return place;
  }
  return null;
}
async function checkArrays(head, network, ways, arraysOf2) {
  const { folder, files: files2 } = await arraysOf2(network);
  for (const file of files2) {
    refuseOutside(ways.network, file, head);
    refuseLeaving(folder, joinPath(folder, file));
  }
}
function refuseOutside(way, name, head) {
  if (!leavesFolder(name)) return;
  throw new CnnvizError("usage", `${head}: names the file ${name}, which lies outside its folder`, {
    fix: `if that is meant, say it yourself: ${way("FILE")}`
  });
}
function otherLayers(path, { network, layer: layer3 }, found, ways) {
  return new CnnvizError(
    "usage",
    `${path}: trained on the layers of ${network} up to ${layer3}; ${found} has other ones`,
    {
      fix: `name the network it was trained on: ${ways.network("NET")}`,
      scope: "command"
    }
  );
}
function checkSameFeatures(path, { origin, parameters }, found, ways) {
  const trainedOn = origin.weights ?? (origin.init === null ? origin.network : `--init seed:${origin.init}`);
  const refuse10 = (what, fix) => {
    throw new CnnvizError("usage", `${path}: ${what}`, { fix, scope: "command" });
  };
  if (found.layersSha256 !== origin.layersSha256) throw otherLayers(path, origin, found.network, ways);
  const weights = found.weightsSha256();
  if (weights !== null && weights !== origin.weightsSha256) {
    refuse10(
      `trained on weights ${origin.weightsSha256.slice(0, 16)}\u2026 (${trainedOn}); those given are ${weights.slice(0, 16)}\u2026`,
      origin.weights === null ? `${ways.none}: it was trained on ${trainedOn}` : `give the checkpoint it was trained with: ${ways.weights(origin.weights)}`
    );
  }
  if (found.features !== parameters.mean.length) {
    refuse10(
      `reads ${parameters.mean.length} features, the images give ${found.features}`,
      "give images of the size it was trained on"
    );
  }
}
var init_open_head = __esm({
  "src/run/head/open-head.ts"() {
    "use strict";
    init_errors();
    init_files();
    init_paths();
    init_random_access();
    init_head_file();
    init_networks();
    init_published();
    init_file_kind();
    init_found_weights();
  }
});

// src/run/head/head-network.ts
var head_network_exports = {};
__export(head_network_exports, {
  openHeadNetwork: () => openHeadNetwork
});
async function openHeadNetwork(name, request, wants, { open: open3, arraysOf: arraysOf2 }) {
  const { path } = name;
  if (request.init !== null) {
    throw new CnnvizError("usage", `${path}: a head says itself what its features come from`, {
      fix: "leave --init out"
    });
  }
  const head = await openHead(path);
  const { origin } = head;
  const given2 = givenNetwork(name, request);
  const ways = behindHead(path);
  const asked = await featureRequest(path, origin, given2, ways, arraysOf2, wants);
  const features = await open3({ ...asked, inputs: request.inputs }, "", wants);
  let isSame = false;
  return {
    ...features,
    name: stem(path),
    input: sizeRead(origin.preset) ?? features.input,
    preset: origin.preset,
    classes: head.classes,
    head: { features: origin.network, background: origin.background, exact: origin.exact },
    bind(input, x) {
      const cut = cutAt(features, input, origin.layer);
      if (cut === null) throw otherLayers(path, origin, features.name, ways);
      checkRows(cut, input);
      if (!isSame) {
        const weightsSha256 = () => wants === "shapes" ? null : cut.hashWeights();
        const count = reducedSize(cut.shape, origin.reduce);
        checkSameFeatures(path, head, { ...cut, network: features.name, weightsSha256, features: count }, ways);
        isSame = true;
      }
      return withHead(features.bind(input, x), cut, head);
    }
  };
}
function cutAt(features, input, layer3) {
  const { shaped } = shapeOf3(features, { info: input, x: null });
  const has = shaped.model.nodes.some(({ name, outputs }) => name === layer3 || outputs.includes(layer3));
  return has || shaped.model.outputs.includes(layer3) ? cutNetwork(features, input, layer3) : null;
}
function givenNetwork({ path, features }, { weights }) {
  if (features === null) return { network: null, weights };
  if (features === "") throw new CnnvizError("usage", `${path}@: expected the features' network or weights after @`);
  if (!isCheckpoint(features)) return { network: features, weights };
  if (weights !== null) {
    throw new CnnvizError("usage", `${path}: weights are given twice: @${features} and --weights ${weights}`, {
      fix: "keep one of them"
    });
  }
  return { network: null, weights: features };
}
function isCheckpoint(name) {
  const kind = kindOfFile(name)?.kind;
  if (kind !== void 0) return kind === "checkpoint";
  if (name.includes("@")) return false;
  return publishedAs(name) !== null || /\.(pth?|safetensors|npz|npy|bin|ckpt)$/i.test(name);
}
function sizeRead({ geometry: { resize: resize2, crop }, preprocess: preprocess2 }) {
  const side4 = crop ?? (typeof resize2 === "number" ? null : resize2);
  return side4 && [preprocess2.gray ? 1 : 3, ...side4];
}
function checkRows({ shape: shape2, layer: layer3 }, input) {
  if (shape2.length >= 2 && shape2[0] === input.shape[0] && sizeOf(shape2) > 0) return;
  throw new CnnvizError("shape", `${layer3} gives [${shape2.join(", ")}]: expected numbers for each image, [N, \u2026]`, {
    fix: "give images of the size it was trained on"
  });
}
function withHead(bound2, { value, shape: shape2 }, { origin, parameters }) {
  const nodes = neededFor(bound2.model, [value]);
  const taken = new Set(nodes.flatMap(({ name, outputs }) => [name, ...outputs]));
  const constants3 = new Map(bound2.model.constants);
  let before = value;
  const add = (name, layer3, numbers3 = []) => {
    let own = `head.${name}`;
    while (taken.has(own)) own = `${own}_`;
    const inputs = [before, ...numbers3.map(([parameter2]) => `${own}.${parameter2}`)];
    for (const [parameter2, constant2] of numbers3) constants3.set(`${own}.${parameter2}`, constant2);
    nodes.push({ name: own, layer: layer3, inputs, outputs: [own] });
    before = own;
  };
  for (const [name, layer3] of rowLayers(shape2, origin.reduce)) add(name, layer3);
  const { mean, std, hidden, output } = parameters;
  const D = mean.length;
  add("standardize", { kind: "standardize" }, [
    ["mean", constantOf({ dtype: "float32", shape: [D], data: mean })],
    ["std", constantOf({ dtype: "float32", shape: [D], data: std })]
  ]);
  if (hidden) {
    add("hidden", DENSE, denseConstants(hidden));
    add("relu", { kind: "activation", name: "relu", parameters: [] });
  }
  add("output", DENSE, denseConstants(output));
  const model = { ...bound2.model, constants: constants3, nodes, outputs: [before] };
  return { ...bound2, model };
}
function rowLayers(shape2, reduce3) {
  if (shape2.length === 2) return [];
  const flatten2 = ["flatten", { kind: "flatten", startDim: 1, endDim: -1 }];
  if (reduce3 === "flatten") return [flatten2];
  return [["pool", { kind: reduce3 === "mean" ? "global_avg_pool" : "global_max_pool" }], flatten2];
}
function denseConstants({ weight, bias }) {
  const K = bias.length;
  const float64 = (shape2, data) => constantOf({ dtype: "float64", shape: shape2, data: Float64Array.from(data) });
  return [
    ["weight", float64([K, weight.length / K], weight)],
    ["bias", float64([K], bias)]
  ];
}
var DENSE;
var init_head_network = __esm({
  "src/run/head/head-network.ts"() {
    "use strict";
    init_kept_run();
    init_errors();
    init_tensor();
    init_paths();
    init_model();
    init_published();
    init_file_kind();
    init_cut_network();
    init_open_head();
    DENSE = { kind: "gemm", alpha: 1, beta: 1, transA: false, transB: true };
  }
});

// src/models/data-file.ts
import { isCollection, isPair, isScalar, LineCounter, parseDocument } from "yaml";
function readDataFile(text, fileName, { plural: plural2, docs }) {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: false, prettyErrors: false });
  const fault = document.errors[0] ?? keyTwice(document.contents);
  if (fault) {
    const { line: line2, col } = lines.linePos(fault.pos[0]);
    throw new CnnvizError("format", `${fileName}:${line2}:${col}: ${faultWords(fault.message)}`, {
      fix: `${plural2} are YAML or JSON: see ${docs}`
    });
  }
  const where = (path) => {
    for (let depth = path.length; depth >= 0; depth--) {
      const node = document.getIn(path.slice(0, depth), true);
      if (!node?.range) continue;
      const { line: line2, col } = lines.linePos(node.range[0]);
      return `${fileName}:${line2}:${col}`;
    }
    return `${fileName}:1:1`;
  };
  return { data: placed(`${fileName}:1:1`, () => toData(document)), where };
}
function faultWords(message) {
  return message.startsWith("Maximum call stack") ? TOO_DEEP : message.split("\n")[0];
}
function keyTwice(root) {
  const open3 = [{ node: root, depth: 0 }];
  for (let next = open3.pop(); next; next = open3.pop()) {
    const { node, depth } = next;
    if (!isCollection(node)) continue;
    if (depth > DEEPEST) return { message: TOO_DEEP, pos: placeOf4(node) };
    const keys = /* @__PURE__ */ new Set();
    for (const item of node.items) {
      if (!isPair(item)) {
        open3.push({ node: item, depth: depth + 1 });
        continue;
      }
      if (isScalar(item.key)) {
        if (keys.has(item.key.value)) return { message: "Map keys must be unique", pos: placeOf4(item.key) };
        keys.add(item.key.value);
      }
      open3.push({ node: item.key, depth: depth + 1 }, { node: item.value, depth: depth + 1 });
    }
  }
  return null;
}
function placeOf4({ range }) {
  return [range?.[0] ?? 0, range?.[1] ?? 0];
}
function toData(document) {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    throw new CnnvizError("format", "its aliases unfold to too much", { fix: "write them out", cause });
  }
}
function unknownKey(place, key, known4) {
  const near = nearestName(key, known4);
  return new CnnvizError("usage", `${place}: unknown key "${key}"`, {
    fix: `${near ? `did you mean ${near}? ` : ""}keys: ${known4.join(", ")}`
  });
}
function schemaFault(error, where, docs) {
  const deepest = (issues) => {
    const [issue] = issues;
    if (issue.code !== "invalid_union") return issue;
    const inner = issue.errors.map(deepest).sort((a, b) => b.path.length - a.path.length)[0];
    return inner && inner.path.length > 0 ? { ...inner, path: [...issue.path, ...inner.path] } : issue;
  };
  const { path, message } = deepest(error.issues);
  const place = path.map((part) => typeof part === "number" ? `[${part}]` : `.${String(part)}`).join("").replace(/^\./, "");
  return new CnnvizError("usage", `${where(path)}: ${place || "the file"}: ${message}`, {
    fix: `see ${docs}`
  });
}
function placed(place, run) {
  try {
    return run();
  } catch (error) {
    throw atPlace(place, error);
  }
}
var DEEPEST, TOO_DEEP;
var init_data_file = __esm({
  "src/models/data-file.ts"() {
    "use strict";
    init_errors();
    init_names();
    DEEPEST = 100;
    TOO_DEEP = `nested deeper than ${DEEPEST} levels`;
  }
});

// src/models/networks/network-file.ts
var network_file_exports = {};
__export(network_file_exports, {
  networkJsonSchema: () => networkJsonSchema,
  parseNetworkFile: () => parseNetworkFile
});
import { z as z2 } from "zod";
function networkJsonSchema() {
  return { title: "cnnviz network", ...z2.toJSONSchema(schema, { io: "input" }) };
}
function parseNetworkFile(text, fileName) {
  const { data, where } = readDataFile(text, fileName, { plural: "network files", docs: DOCS });
  checkKeys(data, where);
  const parsed2 = schema.safeParse(data);
  if (!parsed2.success) throw schemaFault(parsed2.error, where, DOCS);
  return specOf(parsed2.data, where);
}
function checkKeys(data, where) {
  if (data === null || typeof data !== "object" || Array.isArray(data)) {
    throw new CnnvizError("format", `${where([])}: expected a network with "layers"`, {
      fix: `see ${DOCS}`
    });
  }
  const keys = ["$schema", "name", "input", "preprocess", "layers", "outputs"];
  for (const key of Object.keys(data)) if (!keys.includes(key)) throw unknownKey(where([key]), key, keys);
  const { layers } = data;
  if (!Array.isArray(layers)) return;
  for (const [i, item] of layers.entries()) {
    if (item === null || typeof item !== "object" || Array.isArray(item)) continue;
    const { type } = item;
    if (typeof type !== "string") {
      throw new CnnvizError("usage", `${where(["layers", i])}: layer ${i + 1} has no type`, {
        fix: `type: ${LAYER_TABLE.map(({ word }) => word).join(", ")}`
      });
    }
    const { fields } = placed(where(["layers", i, "type"]), () => findWord(type));
    const known4 = ["type", "name", "from", ...fields];
    for (const key of Object.keys(item))
      if (!known4.includes(key)) throw unknownKey(where(["layers", i, key]), key, known4);
  }
}
function specOf(file, where) {
  const taken = /* @__PURE__ */ new Map();
  const layers = file.layers.map(
    (item, i) => placed(where(["layers", i]), () => typeof item === "string" ? parseLayer(item, taken) : layerOf2(item, taken))
  );
  checkGraph(layers, (i) => where(["layers", i, "from"]));
  for (const [i, name] of (file.outputs ?? []).entries()) {
    if (taken.has(name)) continue;
    throw atPlace(where(["outputs", i]), unknownLayer2("no layer is", name, [...taken.keys()]));
  }
  return {
    name: file.name ?? "",
    input: file.input ?? null,
    preset: presetSpec(file.preprocess),
    layers,
    outputs: file.outputs ?? null,
    files: filesOf(layers),
    isPrinted: false,
    notes: []
  };
}
function layerOf2(item, taken) {
  const { type, from, name: given2, ...rest } = item;
  const values = new Map(Object.entries(rest));
  const name = takeName(type, given2, taken);
  return layerSpec(type, name, values, from === void 0 ? null : Array.isArray(from) ? from : [from]);
}
function presetSpec(said) {
  if (said === void 0 || typeof said === "string") return said ?? null;
  const { resize: resize2, crop, mean, std, pixels = "unit", gray = false } = said;
  const list = (value) => typeof value === "number" ? [value] : value;
  const normalize = mean === void 0 && std === void 0 ? null : { mean: list(mean ?? 0), std: list(std ?? 1) };
  const none = presetFor("none");
  const cropPair = typeof crop === "number" ? [crop, crop] : crop;
  return {
    geometry: { resize: resize2 ?? none.geometry.resize, crop: cropPair ?? none.geometry.crop },
    preprocess: { pixels, gray, normalize }
  };
}
var side3, pair3, perChannel, preprocess, scalar, fieldValue, layer2, schema, DOCS;
var init_network_file = __esm({
  "src/models/networks/network-file.ts"() {
    "use strict";
    init_errors();
    init_job();
    init_data_file();
    init_layer_words();
    init_pipe();
    init_spec();
    side3 = z2.int().positive();
    pair3 = z2.union([side3, z2.tuple([side3, side3])]);
    perChannel = z2.union([z2.number(), z2.array(z2.number()).min(1)]);
    preprocess = z2.union([
      z2.enum(PRESET_NAMES),
      z2.strictObject({
        resize: pair3.optional().describe("the shorter side, or [height, width]"),
        crop: pair3.optional().describe("the middle of the image"),
        mean: perChannel.optional(),
        std: perChannel.optional(),
        pixels: z2.enum(["unit", "255", "signed"]).optional(),
        gray: z2.boolean().optional()
      })
    ]);
    scalar = z2.union([z2.number(), z2.boolean(), z2.string(), z2.null()]);
    fieldValue = z2.union([scalar, z2.array(scalar)]);
    layer2 = z2.union([
      z2.string().describe('pipe syntax: "max_pool 3 stride=2"'),
      z2.strictObject({
        type: z2.enum(LAYER_TABLE.map(({ word }) => word)),
        name: z2.string().optional(),
        from: z2.union([z2.string(), z2.array(z2.string()).min(1)]).optional(),
        ...Object.fromEntries(
          [...new Set(LAYER_TABLE.flatMap(({ fields }) => fields))].sort().map((field) => [field, fieldValue.optional()])
        )
      }).describe("fields as in torch.nn")
    ]);
    schema = z2.strictObject({
      $schema: z2.string().optional(),
      name: z2.string().optional(),
      input: z2.tuple([side3, side3, side3]).optional().describe("[C, H, W] it is made for"),
      preprocess: preprocess.optional(),
      layers: z2.array(layer2).min(1),
      outputs: z2.array(z2.string()).min(1).optional().describe("the layers whose values it gives; default: the last")
    });
    DOCS = "docs/network-files.md";
  }
});

// src/analysis/prepare/network-input.ts
init_errors();
init_values();

// src/analysis/prepare/preset.ts
init_job();
var NO_PRESET = presetFor("none");
function presetOf({ preset, input }) {
  if (preset === null) return null;
  if (typeof preset === "string") return presetFor(preset, input?.at(-1));
  return preset;
}

// src/analysis/prepare/network-input.ts
function checkDeclaredArray({ dtype, shape: shape2 }, given2, network, declared) {
  if (!declared) return;
  const sides = declared.shape;
  const isSame = dtype === declared.dtype || isFloat(dtype) && isFloat(declared.dtype);
  const what = `${network}: its input "${declared.name}" is ${declared.dtype}`;
  if (!isSame) {
    throw new CnnvizError("shape", `${what}, ${given2} is ${dtype}`, {
      fix: `numpy.save(file, array.astype('${declared.dtype}')), in the range the network was made for`
    });
  }
  const fits = (side4, axis) => side4 === null || side4 === shape2[axis] || axis === 0 && side4 === 1;
  if (sides === null || sides.length === shape2.length && sides.every(fits)) return;
  const written = sides.map((side4) => side4 ?? "any").join(", ");
  const isOneLess = shape2.length === sides.length - 1 && sides.slice(1).every((side4, i) => side4 === null || side4 === shape2[i]);
  throw new CnnvizError("shape", `${what} [${written}], ${given2} is [${shape2.join(", ")}]`, {
    fix: isOneLess ? "numpy.save(file, array[None])" : `expected an array of [${written}]`
  });
}
function declaredType({ declared }) {
  return declared && !isFloat(declared.dtype) ? declared.dtype : "float32";
}

// src/run/network.ts
init_errors();
init_names();
init_text();
init_descriptors();
init_files();
init_paths();
init_random_access();
init_sniff();
init_networks();

// src/models/networks/trained.ts
init_errors();
init_job();
var INPUT = "cnnviz.input";
var NORMALIZE = "cnnviz.normalize";
var CLASSES = "cnnviz.classes";
function trainedFacts({ metadata }, input) {
  const normalize = metadata?.get(NORMALIZE);
  const isOwn = metadata?.get("format") === "cnnviz-network";
  const classes = metadata?.get(isOwn ? "classes" : CLASSES);
  return {
    preset: presetSaid(metadata?.get(INPUT), normalize === void 0 ? null : meanAndStd(normalize), input),
    classes: classes === void 0 ? null : namesIn(classes)
  };
}
function presetSaid(said, normalize, input) {
  if (said === void 0) {
    const none = presetFor("none");
    return normalize && { ...none, preprocess: { ...none.preprocess, normalize } };
  }
  if (said !== "mnist") {
    throw new CnnvizError("unsupported", `metadata "${INPUT}": "${said}" is not known here`, {
      fix: "it was written by a newer cnnviz: update this one"
    });
  }
  const mnist = presetFor("mnist");
  const crop = input ? [input[1], input[2]] : mnist.geometry.crop;
  return { ...mnist, geometry: { resize: null, crop }, preprocess: { ...mnist.preprocess, normalize } };
}
function meanAndStd(text) {
  const [mean, std, ...more] = text.split("/").map((half) => half.split(",").map(Number));
  const isRight = std && more.length === 0 && mean.length === std.length && [...mean, ...std].every(Number.isFinite);
  if (!isRight || std.includes(0)) refuse3(NORMALIZE, "MEAN/STD", text);
  return { mean, std };
}
function namesIn(text) {
  let names;
  try {
    names = JSON.parse(text);
  } catch {
    names = null;
  }
  if (Array.isArray(names) && names.every((name) => typeof name === "string")) return names;
  return refuse3(CLASSES, "a JSON list of texts", text);
}
function refuse3(key, expected, found) {
  throw new CnnvizError("format", `metadata "${key}": expected ${expected}, got "${found}"`);
}

// src/run/network.ts
init_npy();

// src/models/onnx/import.ts
init_errors();
init_text();

// src/models/onnx/builder.ts
init_errors();
init_model();
var NOTHING_KNOWN = { dtype: null, rank: null };
function nodeBuilder(draft, node, name) {
  const { opset, constants: constants3, nodes, facts } = draft;
  const attribute = (type, key) => {
    const found = node.attributes.get(key);
    if (!found) return null;
    if (found.type === type) return found.value;
    if (found.type === "other" && found.value === "" && type.endsWith("s")) return [];
    throw new CnnvizError("format", `attribute ${key}: expected ${type}, got ${found.type}`);
  };
  const outputs = node.outputs.map((output, i) => output || freshName(draft.names, `${name}/output_${i}`));
  while (node.outputs.length > 0 && node.outputs[outputs.length - 1] === "") outputs.pop();
  const put = (own, layer3, inputs, made, known4) => {
    nodes.push({ name: own, layer: layer3, inputs, outputs: made });
    for (const output of made.slice(0, 1)) facts.set(output, known4);
  };
  return {
    opset,
    name,
    operator: node.operator,
    inputCount: node.inputs.length,
    outputs,
    float: (key, otherwise) => attribute("float", key) ?? otherwise,
    int: (key, otherwise) => attribute("int", key) ?? otherwise,
    text: (key, otherwise) => attribute("string", key) ?? otherwise,
    ints: (key) => attribute("ints", key),
    floats: (key) => attribute("floats", key),
    tensor: (key) => attribute("tensor", key),
    has: (key) => node.attributes.has(key),
    optional: (index) => node.inputs[index] || null,
    input(index) {
      const input = node.inputs[index];
      if (input) return input;
      throw new CnnvizError("format", `input ${index + 1} of ${node.operator} is missing`);
    },
    rest: (index) => node.inputs.slice(index).map((input) => input || null),
    constant: (input) => input === null ? null : constants3.get(input) ?? null,
    isFed: (input) => draft.fed.has(input),
    facts(input) {
      const constant2 = input === null ? null : constants3.get(input);
      if (constant2) return { dtype: constant2.dtype, rank: constant2.shape.length };
      return input !== null && facts.get(input) || NOTHING_KNOWN;
    },
    addConstant(suffix, constant2) {
      const own = freshName(draft.names, `${name}/${suffix}`);
      constants3.set(own, constant2);
      return own;
    },
    addIntegers(suffix, numbers3) {
      const data = Float64Array.from(numbers3);
      return this.addConstant(suffix, constantOf({ dtype: "int64", shape: [data.length], data }));
    },
    add(suffix, layer3, inputs, known4 = NOTHING_KNOWN) {
      const own = freshName(draft.names, `${name}/${suffix}`);
      put(own, layer3, inputs, [own], known4);
      return own;
    },
    emit: (layer3, inputs, known4 = NOTHING_KNOWN) => put(name, layer3, inputs, outputs, known4),
    emitConstant: (constant2) => {
      constants3.set(outputs[0], constant2);
    },
    refuse: (what, fix) => new CnnvizError("unsupported", what, fix === void 0 ? {} : { fix })
  };
}
function freshName(names, name) {
  let fresh = name;
  let count = names.get(name) ?? 1;
  while (names.has(fresh)) fresh = `${name}_${++count}`;
  names.set(name, count);
  names.set(fresh, names.get(fresh) ?? 1);
  return fresh;
}

// src/models/onnx/import.ts
init_tensor2();

// src/models/onnx/translators/arrange.ts
init_model();
function integersInput(node, name, inputFrom, index) {
  if (node.opset >= inputFrom) return node.optional(index);
  const numbers3 = node.ints(name);
  return numbers3 && node.addIntegers(name, numbers3);
}
function ofRank(node, rank) {
  return { dtype: node.facts(node.input(0)).dtype, rank };
}
var concat = (node) => {
  node.input(0);
  node.emit({ kind: "concat", dim: node.int("axis", 1) }, node.rest(0), node.facts(node.input(0)));
};
var flatten = (node) => {
  const axis = node.int("axis", 1);
  const { rank } = node.facts(node.input(0));
  const layer3 = axis === 1 && rank !== null && rank >= 2 ? { kind: "flatten", startDim: 1, endDim: -1 } : { kind: "flatten_2d", axis };
  node.emit(layer3, [node.input(0)], ofRank(node, 2));
};
var reshape = (node) => {
  const shape2 = node.constant(node.input(1))?.shape;
  const layer3 = { kind: "reshape", allowZero: node.int("allowzero", 0) !== 0 };
  node.emit(layer3, [node.input(0), node.input(1)], ofRank(node, shape2?.[0] ?? null));
};
var transpose = (node) => node.emit({ kind: "transpose", perm: node.ints("perm") }, [node.input(0)], node.facts(node.input(0)));
function squeeze(kind) {
  return (node) => {
    const axes = integersInput(node, "axes", 13, 1);
    const [{ rank }, count] = [node.facts(node.input(0)), node.constant(axes)?.shape[0]];
    const change = count === void 0 ? null : kind === "squeeze" ? -count : count;
    node.emit({ kind }, [node.input(0), axes], ofRank(node, rank === null || change === null ? null : rank + change));
  };
}
var PAD_MODES = ["constant", "reflect", "edge", "wrap"];
var pad = (node) => {
  const mode = node.text("mode", "constant");
  if (!PAD_MODES.includes(mode)) throw node.refuse(`mode "${mode}"`, `use one of ${PAD_MODES.join(", ")}`);
  const pads = integersInput(node, "pads", 11, 1);
  if (pads === null) throw node.refuse("a pad without pads");
  const given2 = node.float("value", 0);
  const number = { dtype: "float32", shape: [], data: Float32Array.of(given2) };
  const value = node.opset >= 11 ? node.optional(2) : node.addConstant("value", constantOf(number));
  const inputs = [node.input(0), pads, value, node.optional(3)];
  node.emit({ kind: "pad", mode }, inputs, node.facts(node.input(0)));
};
var split = (node) => {
  const parts2 = node.int("num_outputs", node.outputs.length);
  if (parts2 !== node.outputs.length) throw node.refuse(`num_outputs ${parts2} with ${node.outputs.length} outputs`);
  const sizes = integersInput(node, "split", 13, 1);
  const facts = node.facts(node.input(0));
  node.emit({ kind: "split", axis: node.int("axis", 0), parts: parts2 }, [node.input(0), sizes], facts);
};
var expand = (node) => {
  const [{ rank }, sides] = [node.facts(node.input(0)), node.constant(node.input(1))?.shape[0]];
  const known4 = rank === null || sides === void 0 ? null : Math.max(rank, sides);
  node.emit({ kind: "expand" }, [node.input(0), node.input(1)], ofRank(node, known4));
};
var ARRANGE2 = {
  Concat: concat,
  Flatten: flatten,
  Reshape: reshape,
  Transpose: transpose,
  Squeeze: squeeze("squeeze"),
  Unsqueeze: squeeze("unsqueeze"),
  Pad: pad,
  Split: split,
  Expand: expand
};

// src/models/onnx/translators/combine.ts
init_model();
function broadcastFacts(node, inputs, dtype) {
  const ranks = inputs.map((input) => node.facts(input).rank);
  return { dtype, rank: ranks.includes(null) ? null : Math.max(...ranks) };
}
function pair(layer3, dtype = null) {
  return (node) => {
    const a = node.input(0);
    let b = node.input(1);
    if (node.opset < 7 && node.int("broadcast", 0) === 1 && node.has("axis")) {
      b = node.add("align", { kind: "align", axis: node.int("axis", 0) }, [b, a]);
    }
    node.emit(layer3, [a, b], broadcastFacts(node, [a, node.input(1)], dtype ?? node.facts(a).dtype));
  };
}
function many(layer3) {
  return (node) => {
    node.input(0);
    const inputs = node.rest(0);
    node.emit(layer3, inputs, broadcastFacts(node, inputs, node.facts(inputs[0]).dtype));
  };
}
function compare(name) {
  return pair({ kind: "compare", name }, "bool");
}
var COMBINE = {
  Add: pair({ kind: "add" }),
  Sub: pair({ kind: "sub" }),
  Mul: pair({ kind: "mul" }),
  Div: pair({ kind: "div" }),
  Pow: pair({ kind: "pow" }),
  Sum: many({ kind: "add" }),
  Mean: many({ kind: "mean" }),
  Min: many({ kind: "min" }),
  Max: many({ kind: "max" }),
  Equal: compare("equal"),
  Greater: compare("greater"),
  GreaterOrEqual: compare("greater_or_equal"),
  Less: compare("less"),
  LessOrEqual: compare("less_or_equal"),
  And: compare("and"),
  Or: compare("or"),
  Xor: compare("xor"),
  Where(node) {
    const inputs = [node.input(0), node.input(1), node.input(2)];
    node.emit({ kind: "where" }, inputs, broadcastFacts(node, inputs, node.facts(inputs[1]).dtype));
  }
};
var COORDINATE_MODES = [
  "half_pixel",
  "half_pixel_symmetric",
  "pytorch_half_pixel",
  "align_corners",
  "asymmetric",
  "tf_half_pixel_for_nn",
  "tf_crop_and_resize"
];
var NEAREST_MODES = [
  "round_prefer_floor",
  "round_prefer_ceil",
  "floor",
  "ceil"
];
var POLICIES = ["stretch", "not_larger", "not_smaller"];
function oneOf(node, name, otherwise, known4) {
  const value = node.text(name, otherwise);
  if (known4.includes(value)) return value;
  throw node.refuse(`${name} "${value}": expected one of ${known4.join(", ")}`);
}
var resize = (node) => {
  const x = node.input(0);
  oneOf(node, "mode", "nearest", ["nearest"]);
  if (node.opset < 11) {
    node.emit(SCALED, [x, null, node.input(1), null], node.facts(x));
    return;
  }
  const layer3 = {
    kind: "resize",
    coordinateMode: oneOf(node, "coordinate_transformation_mode", "half_pixel", COORDINATE_MODES),
    nearestMode: oneOf(node, "nearest_mode", "round_prefer_floor", NEAREST_MODES),
    axes: node.ints("axes"),
    keepAspectRatio: oneOf(node, "keep_aspect_ratio_policy", "stretch", POLICIES),
    extrapolationValue: node.float("extrapolation_value", 0)
  };
  node.emit(layer3, [x, node.optional(1), node.optional(2), node.optional(3)], node.facts(x));
};
var SCALED = {
  kind: "resize",
  coordinateMode: "asymmetric",
  nearestMode: "floor",
  axes: null,
  keepAspectRatio: "stretch",
  extrapolationValue: 0
};
var upsample = (node) => {
  const x = node.input(0);
  oneOf(node, "mode", "nearest", ["nearest"]);
  const list = node.floats("scales") ?? [];
  const attribute = { dtype: "float32", shape: [list.length], data: Float32Array.from(list) };
  const scales = node.opset < 9 ? node.addConstant("scales", constantOf(attribute)) : node.input(1);
  node.emit(SCALED, [x, null, scales, null], node.facts(x));
};
var RESIZE2 = { Resize: resize, Upsample: upsample };

// src/models/onnx/translators/convolution.ts
var AUTO_PADS = /* @__PURE__ */ new Map([
  ["SAME_UPPER", "same"],
  ["SAME_LOWER", "same_lower"],
  ["VALID", "valid"]
]);
function windowAttributes(node, rank) {
  const ones2 = new Array(rank).fill(1);
  const list = (name, otherwise) => {
    const given2 = node.ints(name);
    if (!given2 || given2.length === 0) return otherwise;
    if (given2.length === otherwise.length) return given2;
    throw node.refuse(`${name} [${given2.join(", ")}]: expected ${otherwise.length} numbers`);
  };
  const told = node.text("auto_pad", "NOTSET");
  const rule = AUTO_PADS.get(told);
  if (!rule && told !== "NOTSET" && told !== "") throw node.refuse(`auto_pad "${told}"`);
  return {
    stride: list("strides", ones2),
    dilation: list("dilations", ones2),
    padding: rule ?? list("pads", new Array(2 * rank).fill(0))
  };
}
function slidingAxes(node) {
  const told = node.ints("kernel_shape");
  if (told && told.length > 0) return told.length;
  const rank = node.facts(node.input(1)).rank ?? node.facts(node.input(0)).rank ?? 4;
  return rank - 2;
}
var conv2 = (node) => {
  const [x, weight, bias] = [node.input(0), node.input(1), node.optional(2)];
  const axes = slidingAxes(node);
  if (axes < 1) throw node.refuse("a convolution without an axis to slide along");
  const window = windowAttributes(node, axes);
  const groups = node.int("group", 1);
  const { dtype } = node.facts(weight);
  const facts = { dtype: dtype ?? "float32", rank: axes + 2 };
  checkKernelShape(node, weight);
  const isFloat322 = dtype === null || dtype === "float32";
  if (axes > 2 || !isFloat322) {
    node.emit({ kind: "conv_nd", ...window, groups }, [x, weight, bias], facts);
    return;
  }
  const { stride, dilation, padding } = window;
  const fields = { kind: "conv", paddingMode: "zeros", groups };
  if (axes === 2) {
    const layer4 = { ...fields, stride, dilation, padding };
    node.emit(layer4, [x, weight, bias], facts);
    return;
  }
  const height = node.addIntegers("axes", [2]);
  const rows = node.add("unsqueeze", { kind: "unsqueeze" }, [x, height], { ...facts, rank: 4 });
  const constant2 = node.constant(weight);
  const kernels = constant2 ? node.addConstant("weight", asRow(constant2)) : node.add("unsqueeze_weight", { kind: "unsqueeze" }, [weight, height]);
  const rowPadding = typeof padding === "string" ? padding : [0, padding[0], 0, padding[1]];
  const layer3 = { ...fields, stride: [1, stride[0]], dilation: [1, dilation[0]], padding: rowPadding };
  const convolved = node.add("conv", layer3, [rows, kernels, bias], { ...facts, rank: 4 });
  node.emit({ kind: "squeeze" }, [convolved, height], facts);
};
function asRow(constant2) {
  const [M, C, kW] = constant2.shape;
  const shape2 = [M, C, 1, kW];
  return { ...constant2, shape: shape2, load: () => ({ ...constant2.load(), shape: shape2 }), loadInto: (to) => constant2.loadInto(to) };
}
function checkKernelShape(node, weight) {
  const [told, found] = [node.ints("kernel_shape"), node.constant(weight)?.shape.slice(2)];
  if (told && told.length > 0 && found && told.join() !== found.join()) {
    throw node.refuse(`kernel_shape [${told.join(", ")}], but the weight's kernels are [${found.join(", ")}]`);
  }
}
var CONVOLUTION = { Conv: conv2 };

// src/models/onnx/translators/matrix.ts
init_values();
var gemm = (node) => {
  const [a, b, c] = [node.input(0), node.input(1), node.optional(2)];
  const [alpha, beta] = [node.float("alpha", 1), node.float("beta", 1)];
  const [transA, transB] = [node.int("transA", 0) !== 0, node.int("transB", 0) !== 0];
  const facts = { dtype: node.facts(a).dtype, rank: 2 };
  const isPlain = alpha === 1 && (beta === 1 || c === null) && !transA;
  const bias = c === null ? null : node.facts(c).rank;
  const weight = isPlain && isFloat32(node, a, b) && (bias === null || bias === 1) && isVectorOf(node, c, b, transB);
  const weightName = weight ? linearWeight(node, b, transB) : null;
  if (weightName !== null) node.emit({ kind: "linear" }, [a, weightName, c], facts);
  else node.emit({ kind: "gemm", alpha, beta, transA, transB }, [a, b, c], facts);
};
var matmul = (node) => {
  const [a, b] = [node.input(0), node.input(1)];
  const facts = node.facts(a);
  const constant2 = node.constant(b);
  const isWeight = constant2?.shape.length === 2 && isFloat32(node, a, b) && (facts.rank ?? 2) >= 1;
  if (isWeight) node.emit({ kind: "linear" }, [a, linearWeight(node, b, false), null], facts);
  else node.emit({ kind: "matmul" }, [a, b], { dtype: facts.dtype, rank: null });
};
function isFloat32(node, a, b) {
  return [a, b].every((name) => [null, "float32"].includes(node.facts(name).dtype));
}
function isVectorOf(node, c, b, transB) {
  const [bias, weight] = [node.constant(c), node.constant(b)];
  return c === null || bias !== null && weight !== null && bias.shape[0] === weight.shape[transB ? 0 : 1];
}
function linearWeight(node, b, transB) {
  const constant2 = node.constant(b);
  if (constant2) return transB ? b : node.addConstant("weight", transposed2(constant2));
  return null;
}
function transposed2(constant2) {
  const [K, M] = constant2.shape;
  const shape2 = [M, K];
  return {
    dtype: constant2.dtype,
    shape: shape2,
    load() {
      const data = newNumbers(constant2.dtype, K * M);
      transposeInto(constant2.load().data, K, M, data);
      return { dtype: constant2.dtype, shape: shape2, data };
    },
    loadInto: (target) => transposeInto(constant2.load().data, K, M, target)
  };
}
function transposeInto(from, rows, columns, to) {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) to[j * rows + i] = from[i * columns + j];
  }
}
var MATRIX2 = { Gemm: gemm, MatMul: matmul };

// src/models/onnx/translators/normalization.ts
var batchNorm = (node) => {
  if (node.int("training_mode", 0) !== 0 || node.outputs.length > 1) {
    throw node.refuse("a batch norm in training mode", "export the model for inference: model.eval()");
  }
  if (node.opset < 9 && node.int("spatial", 1) === 0) throw node.refuse("a batch norm for each pixel (spatial = 0)");
  const [x, ...parameters] = [0, 1, 2, 3, 4].map((i) => node.input(i));
  const layer3 = { kind: "batch_norm", eps: node.float("epsilon", 1e-5) };
  const facts = node.facts(x);
  if (facts.rank !== null && facts.rank !== 3) {
    node.emit(layer3, [x, ...parameters], facts);
    return;
  }
  const images = node.addIntegers("images", [0, 0, -1, 1]);
  const asImages = node.add("reshape", { kind: "reshape", allowZero: false }, [x, images]);
  const normed = node.add("batch_norm", layer3, [asImages, ...parameters]);
  reshapeBack(node, normed, x);
};
function reshapeBack(node, value, x) {
  const shape2 = node.add("shape", { kind: "shape", start: 0, end: null }, [x], { dtype: "int64", rank: 1 });
  node.emit({ kind: "reshape", allowZero: true }, [value, shape2], node.facts(x));
}
var lrn = (node) => {
  const x = node.input(0);
  const size = node.int("size", 0);
  const layer3 = {
    kind: "lrn",
    size,
    alpha: node.float("alpha", 1e-4),
    beta: node.float("beta", 0.75),
    k: node.float("bias", 1)
  };
  if (size % 2 !== 0) {
    node.emit(layer3, [x], node.facts(x));
    return;
  }
  const back = [[-1], [Number.MIN_SAFE_INTEGER], [1], [-1]].map(
    (numbers3, i) => node.addIntegers(["starts", "ends", "axes", "steps"][i], numbers3)
  );
  const turned = node.add("turn", { kind: "slice" }, [x, ...back], node.facts(x));
  const normed = node.add("lrn", layer3, [turned], node.facts(x));
  node.emit({ kind: "slice" }, [normed, ...back], node.facts(x));
};
function softmax(kind) {
  return (node) => {
    const x = node.input(0);
    const facts = node.facts(x);
    const axis = node.int("axis", node.opset < 13 ? 1 : -1);
    const isLast = axis === -1 || facts.rank !== null && axis === facts.rank - 1;
    if (node.opset >= 13 || isLast) {
      node.emit({ kind, dim: axis }, [x], facts);
      return;
    }
    const flat = node.add("flatten", { kind: "flatten_2d", axis }, [x], { ...facts, rank: 2 });
    const soft = node.add(kind, { kind, dim: 1 }, [flat], { ...facts, rank: 2 });
    reshapeBack(node, soft, x);
  };
}
var dropout = (node) => {
  const mode = node.optional(2);
  const training = node.constant(mode);
  const trains = training ? training.load().data[0] !== 0 : mode !== null;
  if (trains) throw node.refuse("dropout in training mode", "export the model for inference: model.eval()");
  node.emit({ kind: "dropout" }, [node.input(0)], node.facts(node.input(0)));
};
var NORMALIZATION = {
  BatchNormalization: batchNorm,
  LRN: lrn,
  Softmax: softmax("softmax"),
  LogSoftmax: softmax("log_softmax"),
  Dropout: dropout
};

// src/models/onnx/translators/pointwise.ts
init_model();
function unary(layerOf3) {
  return (node) => node.emit(layerOf3(node), [node.input(0)], node.facts(node.input(0)));
}
function activation(name, ...parameters) {
  return unary((node) => ({
    kind: "activation",
    name,
    parameters: parameters.map(([key, otherwise]) => node.float(key, otherwise))
  }));
}
function pointwise(name, ...parameters) {
  return unary((node) => ({
    kind: "pointwise",
    name,
    parameters: parameters.map(([key, otherwise]) => node.float(key, otherwise))
  }));
}
var clip = (node) => {
  const limit = (name) => {
    if (!node.has(name)) return null;
    const data = Float32Array.of(node.float(name, 0));
    return node.addConstant(name, constantOf({ dtype: "float32", shape: [], data }));
  };
  const limits2 = node.opset < 11 ? [limit("min"), limit("max")] : [node.optional(1), node.optional(2)];
  node.emit({ kind: "clip" }, [node.input(0), ...limits2], node.facts(node.input(0)));
};
var gelu = unary((node) => {
  const approximate = node.text("approximate", "none");
  if (approximate !== "none" && approximate !== "tanh") throw node.refuse(`approximate "${approximate}"`);
  return { kind: "activation", name: approximate === "tanh" ? "gelu_tanh" : "gelu", parameters: [] };
});
var swish = unary((node) => {
  const alpha = node.float("alpha", 1);
  if (alpha === 1) return { kind: "activation", name: "silu", parameters: [] };
  return { kind: "pointwise", name: "swish", parameters: [alpha] };
});
var POINTWISE2 = {
  Relu: activation("relu"),
  LeakyRelu: activation("leaky_relu", ["alpha", 0.01]),
  Elu: activation("elu", ["alpha", 1]),
  Sigmoid: activation("sigmoid"),
  Tanh: activation("tanh"),
  Softplus: activation("softplus"),
  HardSwish: activation("hardswish"),
  Gelu: gelu,
  Swish: swish,
  HardSigmoid: pointwise("hard_sigmoid", ["alpha", 0.2], ["beta", 0.5]),
  Selu: pointwise("selu", ["alpha", 1.6732632423543772], ["gamma", 1.0507009873554805]),
  Celu: pointwise("celu", ["alpha", 1]),
  Mish: pointwise("mish"),
  Softsign: pointwise("softsign"),
  ThresholdedRelu: pointwise("thresholded_relu", ["alpha", 1]),
  Abs: pointwise("abs"),
  Neg: pointwise("neg"),
  Sign: pointwise("sign"),
  Floor: pointwise("floor"),
  Ceil: pointwise("ceil"),
  Round: pointwise("round"),
  Reciprocal: pointwise("reciprocal"),
  Sqrt: pointwise("sqrt"),
  Exp: pointwise("exp"),
  Log: pointwise("log"),
  Erf: pointwise("erf"),
  Not: pointwise("not"),
  PRelu: (node) => node.emit({ kind: "prelu" }, [node.input(0), node.input(1)], node.facts(node.input(0))),
  Clip: clip
};

// src/models/onnx/translators/pool.ts
function pool3(kind) {
  return (node) => {
    const x = node.input(0);
    const kernelSize = node.ints("kernel_shape") ?? [];
    if (kernelSize.length === 0) throw node.refuse("a pool without kernel_shape");
    const { stride, dilation, padding } = windowAttributes(node, kernelSize.length);
    const ceilMode = node.int("ceil_mode", 0) !== 0;
    const countIncludePad = node.int("count_include_pad", 0) !== 0;
    const known4 = node.facts(x);
    const facts = { dtype: known4.dtype, rank: kernelSize.length + 2 };
    const pads = typeof padding === "string" ? null : padding;
    const isPlain = kernelSize.length === 2 && pads?.every((pad2, i) => pad2 >= 0 && pad2 <= kernelSize[i % 2] / 2) && (kind === "max_pool" || dilation.every((value) => value === 1)) && (known4.dtype === null || known4.dtype === "float32") && node.outputs.length === 1;
    if (!isPlain) {
      const columnMajor2 = node.int("storage_order", 0) === 1;
      const fields2 = { kernelSize, stride, dilation, padding, ceilMode, countIncludePad, columnMajor: columnMajor2 };
      node.emit({ kind: `${kind}_nd`, ...fields2 }, [x], facts);
      return;
    }
    const fields = { kernelSize, stride, pads, ceilMode };
    if (kind === "max_pool") node.emit({ kind, ...fields, dilation }, [x], facts);
    else node.emit({ kind, ...fields, countIncludePad, divisorOverride: null }, [x], facts);
  };
}
function globalPool(kind) {
  return (node) => {
    const facts = node.facts(node.input(0));
    const layer3 = facts.rank === 4 ? { kind: `adaptive_${kind}_pool`, outputSize: [1, 1] } : { kind: `global_${kind}_pool` };
    node.emit(layer3, [node.input(0)], facts);
  };
}
var POOL2 = {
  MaxPool: pool3("max_pool"),
  AveragePool: pool3("avg_pool"),
  GlobalMaxPool: globalPool("max"),
  GlobalAveragePool: globalPool("avg")
};
function reduce2(name, inputFrom = 18) {
  return (node) => {
    const axes = integersInput(node, "axes", inputFrom, 1);
    const keepDims = node.int("keepdims", 1) !== 0;
    const noopWithEmptyAxes = node.int("noop_with_empty_axes", 0) !== 0;
    const { dtype, rank } = node.facts(node.input(0));
    node.emit({ kind: "reduce", name, keepDims, noopWithEmptyAxes }, [node.input(0), axes], {
      dtype,
      rank: keepDims ? rank : null
    });
  };
}
function argReduce(kind) {
  return (node) => {
    const keepDims = node.int("keepdims", 1) !== 0;
    const { rank } = node.facts(node.input(0));
    const layer3 = { kind, axis: node.int("axis", 0), keepDims, last: node.int("select_last_index", 0) !== 0 };
    node.emit(layer3, [node.input(0)], { dtype: "int64", rank: keepDims || rank === null ? rank : rank - 1 });
  };
}
var REDUCE2 = {
  ReduceMean: reduce2("mean"),
  ReduceSum: reduce2("sum", 13),
  ReduceMax: reduce2("max"),
  ReduceMin: reduce2("min"),
  ReduceProd: reduce2("prod"),
  ReduceL1: reduce2("l1"),
  ReduceL2: reduce2("l2"),
  ReduceSumSquare: reduce2("sum_square"),
  ReduceLogSum: reduce2("log_sum"),
  ReduceLogSumExp: reduce2("log_sum_exp"),
  ArgMax: argReduce("argmax"),
  ArgMin: argReduce("argmin")
};

// src/models/onnx/translators/values.ts
init_values();
init_model();
init_tensor2();
function numbers(dtype, shape2, list) {
  const data = newNumbers(dtype, list.length);
  data.set(list);
  return constantOf({ dtype, shape: shape2, data });
}
var constant = (node) => {
  const tensor2 = node.tensor("value");
  const [floats, ints] = [node.floats("value_floats"), node.ints("value_ints")];
  if (tensor2) node.emitConstant(tensor2);
  else if (node.has("value_float")) node.emitConstant(numbers("float32", [], [node.float("value_float", 0)]));
  else if (node.has("value_int")) node.emitConstant(numbers("int64", [], [node.int("value_int", 0)]));
  else if (floats) node.emitConstant(numbers("float32", [floats.length], floats));
  else if (ints) node.emitConstant(numbers("int64", [ints.length], ints));
  else throw node.refuse("a constant of strings or a sparse tensor");
};
var identity = (node) => {
  const x = node.input(0);
  const given2 = node.constant(x);
  if (given2) node.emitConstant(given2);
  else node.emit({ kind: "identity" }, [x], node.facts(x));
};
var constantOfShape = (node) => {
  const tensor2 = node.tensor("value");
  const value = tensor2?.load().data[0] ?? 0;
  const dtype = tensor2?.dtype ?? "float32";
  const rank = node.constant(node.input(0))?.shape[0] ?? null;
  node.emit({ kind: "constant_of_shape", dtype, value }, [node.input(0)], { dtype, rank });
};
var INT64 = { dtype: "int64", rank: 1 };
var shape = (node) => {
  const end = node.has("end") ? node.int("end", 0) : null;
  node.emit({ kind: "shape", start: node.int("start", 0), end }, [node.input(0)], INT64);
};
var gather = (node) => {
  const [x, indices] = [node.facts(node.input(0)), node.facts(node.input(1))];
  const rank = x.rank === null || indices.rank === null ? null : x.rank - 1 + indices.rank;
  node.emit({ kind: "gather", axis: node.int("axis", 0) }, [node.input(0), node.input(1)], { ...x, rank });
};
var slice = (node) => {
  const lists = ["starts", "ends", "axes"].map((name, i) => integersInput(node, name, 10, i + 1));
  node.emit({ kind: "slice" }, [node.input(0), ...lists, node.optional(4)], node.facts(node.input(0)));
};
var cast = (node) => {
  const to = dtypeOf(storedTypeOf(node.int("to", 0)));
  castTo(node, to);
};
function castTo(node, to) {
  node.emit({ kind: "cast", to }, [node.input(0)], { dtype: to, rank: node.facts(node.input(0)).rank });
}
var castLike = (node) => {
  const { dtype } = node.facts(node.input(1));
  if (dtype === null) throw node.refuse(`the type of "${node.input(1)}" is only known once the model runs`);
  castTo(node, dtype);
};
var VALUES = {
  Constant: constant,
  ConstantOfShape: constantOfShape,
  Identity: identity,
  Shape: shape,
  Size: (node) => node.emit({ kind: "size" }, [node.input(0)], { dtype: "int64", rank: 0 }),
  Range: (node) => node.emit({ kind: "range" }, [node.input(0), node.input(1), node.input(2)], {
    dtype: node.facts(node.input(0)).dtype,
    rank: 1
  }),
  Gather: gather,
  Slice: slice,
  Cast: cast,
  CastLike: castLike
};

// src/models/onnx/translators/index.ts
var TRANSLATORS = new Map(
  [CONVOLUTION, POOL2, NORMALIZATION, MATRIX2, POINTWISE2, COMBINE, ARRANGE2, VALUES, REDUCE2, RESIZE2].flatMap(
    (list) => Object.entries(list)
  )
);

// src/models/onnx/import.ts
var OPSETS = { first: 6, last: 25 };
var UNCHANGED = ["GlobalAveragePool", "GlobalMaxPool", "Not", "Softplus", "Softsign"];
function importOnnx(onnx) {
  const nodes = neededNodes(onnx);
  const opset = checkedOpset(onnx, nodes);
  checkOperators(nodes, onnx);
  const inputs = onnx.inputs.filter(({ name }) => !onnx.initializers.has(name)).map(modelInput);
  const names = /* @__PURE__ */ new Map();
  const nodeNames = nodes.map((node) => freshName(names, node.name || node.outputs.find(Boolean) || node.operator));
  const draft = {
    opset,
    constants: new Map(onnx.initializers),
    nodes: [],
    facts: new Map(inputs.map(({ name, dtype, shape: shape2 }) => [name, { dtype, rank: shape2?.length ?? null }])),
    fed: new Set(inputs.map(({ name }) => name)),
    names: new Map(names)
  };
  for (const value of nodes.flatMap((node) => [...node.inputs, ...node.outputs])) draft.names.set(value, 1);
  for (const [i, node] of nodes.entries()) {
    const name = nodeNames[i];
    try {
      TRANSLATORS.get(node.operator)(nodeBuilder(draft, node, name));
    } catch (error) {
      throw atPlace(name, atPlace(node.operator, error));
    }
    for (const output of node.outputs) declareFacts(draft, onnx.values.get(output));
  }
  const read4 = new Set(draft.nodes.flatMap((node) => node.inputs));
  const outputs = onnx.outputs.map(({ name }) => name);
  for (const name of draft.constants.keys()) {
    if (!read4.has(name) && !outputs.includes(name)) draft.constants.delete(name);
  }
  return { inputs, constants: draft.constants, nodes: draft.nodes, outputs };
}
function onnxNotes(onnx) {
  const half = [10, 16];
  const isHalf = [...onnx.inputs, ...onnx.outputs].some(({ elementType }) => half.includes(elementType)) || [...onnx.initializers.values()].some(({ stored }) => stored === "float16" || stored === "bfloat16");
  return isHalf ? ["a model in half precision: computed in float32"] : [];
}
function declareFacts(draft, value) {
  if (!value || draft.constants.has(value.name)) return;
  const known4 = draft.facts.get(value.name);
  draft.facts.set(value.name, {
    dtype: known4?.dtype ?? null,
    rank: known4?.rank ?? value.shape?.length ?? null
  });
}
function modelInput({ name, elementType, shape: shape2 }) {
  if (elementType === -1) {
    throw new CnnvizError("unsupported", `input "${name}" is a sequence, a map or optional: expected an array`);
  }
  try {
    return { name, dtype: elementType === 0 ? "float32" : dtypeOf(storedTypeOf(elementType)), shape: shape2 };
  } catch (error) {
    throw atPlace(`input "${name}"`, error);
  }
}
function checkedOpset({ opsets }, nodes) {
  const opset = opsets.get("");
  if (opset === void 0) {
    if (nodes.every(({ domain }) => domain !== "")) return OPSETS.last;
    throw new CnnvizError("format", "the model does not say which opset of ONNX it is written in");
  }
  if (opset >= OPSETS.first && opset <= OPSETS.last) return opset;
  if (opset >= 1 && opset < OPSETS.first && nodes.every(({ operator }) => UNCHANGED.includes(operator))) return opset;
  throw new CnnvizError("unsupported", `ONNX opset ${opset}: expected ${OPSETS.first} \u2026 ${OPSETS.last}`, {
    fix: opset < OPSETS.first ? "convert it: onnx.version_converter.convert_version(model, 17)" : `export it again with opset_version=${OPSETS.last}`
  });
}
function checkOperators(nodes, { opsets }) {
  const refused = nodes.filter(({ domain: domain2, operator: operator2 }) => domain2 !== "" || !TRANSLATORS.has(operator2));
  if (refused.length === 0) return;
  const [{ name, domain, operator, outputs }] = refused;
  const others = [...new Set(refused.map((node) => fullName(node)))].slice(1);
  const more = others.length > 0 ? `, nor are ${someOf(others)}` : "";
  const version = opsets.get(domain);
  const place = name || outputs.find(Boolean) || operator;
  const supported = [...TRANSLATORS.keys()].sort();
  throw new CnnvizError(
    "unsupported",
    `${place}: operator ${fullName({ domain, operator })} (opset ${version ?? "unknown"}) is not supported${more}`,
    { fix: `supported are ${supported.join(", ")}` }
  );
}
function fullName({ domain, operator }) {
  return domain === "" ? operator : `${domain}.${operator}`;
}
function neededNodes({ nodes, initializers, inputs, outputs }) {
  if (outputs.length === 0) throw new CnnvizError("format", "the graph has no outputs");
  const given2 = /* @__PURE__ */ new Set([...initializers.keys(), ...inputs.map(({ name }) => name)]);
  const makers = /* @__PURE__ */ new Map();
  for (const node of nodes) {
    for (const output of node.outputs) {
      if (output === "") continue;
      if (makers.has(output) || given2.has(output)) throw new CnnvizError("format", `"${output}" is made twice`);
      makers.set(output, node);
    }
  }
  const needed = /* @__PURE__ */ new Set();
  const wanted = outputs.map(({ name }) => ({ name, by: "the outputs" }));
  for (let value = wanted.pop(); value; value = wanted.pop()) {
    const { name, by } = value;
    const maker = makers.get(name);
    if (!maker && !given2.has(name)) throw new CnnvizError("format", `"${name}", read by ${by}, is made by nothing`);
    if (!maker || needed.has(maker)) continue;
    needed.add(maker);
    for (const input of maker.inputs) if (input !== "") wanted.push({ name: input, by: nameOf2(maker) });
  }
  return sorted(
    nodes.filter((node) => needed.has(node)),
    given2
  );
}
function sorted(nodes, given2) {
  const made = new Set(given2);
  const waiting = /* @__PURE__ */ new Map();
  const missing = /* @__PURE__ */ new Map();
  const order = [];
  const ready = [];
  const take = (first) => {
    ready.push(first);
    for (let node = ready.pop(); node; node = ready.pop()) {
      order.push(node);
      for (const output of node.outputs) {
        made.add(output);
        for (const reader of waiting.get(output) ?? []) {
          const left = missing.get(reader) - 1;
          missing.set(reader, left);
          if (left === 0) ready.push(reader);
        }
        waiting.delete(output);
      }
    }
  };
  for (const node of nodes) {
    const lacks = new Set(node.inputs.filter((input) => input !== "" && !made.has(input)));
    if (lacks.size === 0) take(node);
    else {
      missing.set(node, lacks.size);
      for (const input of lacks) {
        const readers = waiting.get(input);
        if (readers) readers.push(node);
        else waiting.set(input, [node]);
      }
    }
  }
  if (order.length === nodes.length) return order;
  const stuck = nodes.find((node) => (missing.get(node) ?? 0) > 0);
  throw new CnnvizError("format", `${nameOf2(stuck)} depends on its own output: a graph must not run in circles`);
}
function nameOf2({ name, outputs, operator }) {
  return name || outputs.find(Boolean) || operator;
}

// src/run/network.ts
init_proto();
init_weights2();
init_file_kind();
init_found_weights();
async function openNetwork(request, pipeFolder = "", wants = "numbers") {
  try {
    return await open2(request, pipeFolder, wants);
  } catch (error) {
    throw ofCommand(error);
  }
}
async function open2(request, pipeFolder, wants) {
  const head = headIn(request.network);
  if (head === null) return openGraph(request, pipeFolder, wants);
  const { openHeadNetwork: openHeadNetwork2 } = await Promise.resolve().then(() => (init_head_network(), head_network_exports));
  return openHeadNetwork2(head, request, wants, { open: openGraph, arraysOf });
}
async function openGraph(request, pipeFolder, wants) {
  const { network, weights } = await splitWeights(request);
  const fed = /* @__PURE__ */ new Map();
  for (const { name, path } of request.inputs) fed.set(name, await readArray(path));
  const kind = isBuiltin(network) ? null : kindOfNetwork(network);
  if (kind?.kind === "onnx" || kind === null && /\.onnx$/i.test(network) && await existingFile(network)) {
    if (weights !== null || request.init !== null) {
      throw new CnnvizError("usage", `${network}: an ONNX model brings its own weights`, {
        fix: "leave --weights and --init out"
      });
    }
    return openOnnx(network, await openFile(network), fed);
  }
  if (kind && kind.kind !== "network") throw await noNetwork(network, kind);
  const spec = await readSpec(network, request.asPrinted ?? false);
  const folder = await folderOfArrays(network, pipeFolder);
  const found = weights === null && wants === "shapes" ? null : await findWeights({ ...request, network, weights });
  const opened = await openSpec(spec, await weightsFrom(found?.path ?? null, request.init), fed, folder);
  return found?.note ? { ...opened, notes: [found.note, ...opened.notes] } : opened;
}
async function arraysOf(network) {
  if (kindOfNetwork(network)?.kind === "onnx") return { folder: "", files: [] };
  const { files: files2 } = await readSpec(network, true);
  return { folder: await folderOfArrays(network, ""), files: files2 };
}
async function folderOfArrays(network, pipeFolder) {
  return !isOwnFile(network) && await existingFile(network) ? folderOf(network) : pipeFolder;
}
function kindOfNetwork(network) {
  return named(network, () => kindOfFile(network));
}
async function noNetwork(path, { kind, what, fix }) {
  if (kind === "foreign") return new CnnvizError("unsupported", `${path}: this is ${what}`, { fix });
  if (kind !== "checkpoint") return new CnnvizError("usage", `${path}: ${what}, where a network is expected`, { fix });
  const { tensors } = await readWeightFile(path);
  const told = tellArchitecture(recognizeTensors(tensors), path);
  return new CnnvizError("usage", `${path}: a checkpoint holds numbers but no layers; ${told.what}`, { fix: told.fix });
}
async function splitWeights({
  network,
  weights
}) {
  const at = network.lastIndexOf("@");
  if (at <= 0 || network.includes("|") || await existingFile(network)) return { network, weights };
  const [name, file] = [network.slice(0, at), network.slice(at + 1)];
  if (file === "") throw new CnnvizError("usage", `${network}: expected a file of weights after @`);
  if (weights !== null) {
    throw new CnnvizError("usage", `weights are given twice: @${file} and --weights ${weights}`, {
      fix: "keep one of them"
    });
  }
  return { network: name, weights: file };
}
async function readSpec(network, asPrinted) {
  if (isBuiltin(network)) return builtinNetwork(network);
  if (network.includes("|")) return parsePipe(network);
  if (await existingFile(network)) return readSpecFile(network, asPrinted);
  if (builtinName(network) !== null) return builtinNetwork(network);
  const [word] = network.trim().split(/[\s=]/);
  if (sameName(word, LAYER_WORDS) !== null) return parsePipe(network);
  if (/\.(ya?ml|json|txt|onnx|pth?|safetensors|npz)$/i.test(network)) await readBytes(network);
  const names = BUILTIN_NETWORKS.map(({ name }) => name);
  const own = sameName(network, names);
  if (own !== null) return builtinNetwork(own);
  const near = nearestName(
    network,
    names.filter((name) => !isOtherSize(network, name))
  ) ?? nearestName(word, LAYER_WORDS);
  throw new CnnvizError("usage", `unknown network "${network}"`, {
    fix: `${near ? `did you mean ${near}? ` : ""}built in: ${names.join(", ")}; or a file (.onnx, .yaml, .json, the text of print(model)), or a pipe "conv edge3x3 | relu"`
  });
}
function isOtherSize(said, name) {
  const [letters, digits] = [/[^a-z]/gi, /\D/g].map(
    (left) => [said, name].map((text) => text.replace(left, "").toLowerCase())
  );
  return letters[0] === letters[1] && digits[0] !== "" && digits[0] !== digits[1];
}
async function readSpecFile(path, asPrinted) {
  if (/\.(pth?|safetensors|npz|npy|bin|ckpt)$/i.test(path)) await readWeightFile(path);
  const bytes = await readBytes(path);
  let text;
  try {
    text = new TextDecoder(isUtf16(bytes) ? "utf-16le" : "utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new CnnvizError("format", `${path}: not a text: a network file is YAML, JSON or the text of print(model)`, {
      fix: "an ONNX model ends in .onnx",
      cause
    });
  }
  const isData = [".yaml", ".yml", ".json"].includes(extensionOf(path));
  const spec = !isData && looksLikePrintedModel(text) ? named(path, () => printedNetwork(text, asPrinted)) : (await Promise.resolve().then(() => (init_network_file(), network_file_exports))).parseNetworkFile(text, baseName(path));
  return { ...spec, files: spec.files, name: spec.name || stem(path) };
}
function isUtf16(bytes) {
  return bytes[0] === 255 && bytes[1] === 254;
}
function printedNetwork(text, asPrinted) {
  const spec = parsePrintedModel(text);
  if (asPrinted) return { ...spec, isPrinted: false };
  checkPrintedModel(spec);
  return spec;
}
function named(path, read4) {
  try {
    return read4();
  } catch (error) {
    throw refusalOf2(path, error);
  }
}
async function weightsFrom(path, seed) {
  if (path !== null && seed !== null) {
    throw new CnnvizError("usage", "--weights and --init exclude each other", { fix: "keep one of them" });
  }
  if (path !== null) return { kind: "file", fileName: path, file: await readWeightFile(path) };
  return seed === null ? { kind: "none" } : { kind: "init", seed };
}
var IMAGE_BYTES = 64;
async function readWeightFile(path) {
  const source = await openFile(path);
  return named(path, () => {
    const format = sniffFormat(source.read(0, Math.min(IMAGE_BYTES, source.size)));
    if (format !== null && format !== "npy") {
      throw new CnnvizError("usage", `an image (${format.toUpperCase()}), where weights are expected`, {
        fix: `the image comes last: cnnviz run NET --weights WEIGHTS ${shellWord(path)}; without weights: cnnviz run NET --init seed:1 ${shellWord(path)}`
      });
    }
    return readWeights(source, { name: stem(path), file: path, beside: fileBeside(path) });
  });
}
async function openSpec(spec, weights, fed, folder) {
  const files2 = /* @__PURE__ */ new Map();
  for (const path of spec.files) files2.set(path, await readArray(joinPath(folder, path)));
  for (const name of fed.keys()) if (name !== "input") throw noInput(spec.name, name, ["input"]);
  const open3 = ["input"].filter((name) => !fed.has(name));
  const trained = weights.kind === "file" ? named(weights.fileName, () => trainedFacts(weights.file, spec.input)) : null;
  return {
    name: spec.name,
    input: spec.input,
    channels: spec.input?.[0] ?? channelsRead(spec),
    declared: null,
    preset: trained?.preset ?? presetOf(spec),
    ...trained?.classes && { classes: trained.classes },
    fed,
    open: open3,
    notes: [...spec.notes, ...notesOn(weights, spec)],
    learnt: learntBy(spec),
    bind: (input) => bound(bindNetwork(spec, input, weights, files2)),
    retell: inNetworkWords
  };
}
function learntBy({ layers }) {
  const parameters = layers.flatMap((layer3) => layer3.parameters);
  return new Set(parameters.flatMap((one) => one?.source.kind === "checkpoint" ? [one.name] : []));
}
function bound(network) {
  return { ...network, branches: null, settle: null };
}
var IN_NETWORK = [
  ["--padding same", "padding=same in that layer"],
  ["--padding-mode ", "padding_mode="]
];
function inNetworkWords(error) {
  if (!(error instanceof CnnvizError) || error.fix === void 0) return error;
  const { code, message, scope } = error;
  const fix = IN_NETWORK.reduce((text, [flag, field]) => text.replace(flag, field), error.fix);
  return fix === error.fix ? error : new CnnvizError(code, message, { fix, cause: error, scope });
}
function noInput(network, name, names) {
  const near = nearestName(name, names);
  return new CnnvizError("usage", `${network}: no input is called "${name}"`, {
    fix: near ? `did you mean ${near}?` : `inputs: ${someOf(names)}`
  });
}
function notesOn(weights, { layers }) {
  if (weights.kind === "file") return weights.file.notes;
  const isMadeUp = weights.kind === "init" && layers.some(({ parameters }) => parameters.some((one) => one?.source.kind === "checkpoint"));
  return isMadeUp ? [`made-up weights (seed ${weights.seed}): what it sees means nothing`] : [];
}
function channelsRead({ layers: [first] }) {
  const shape2 = first?.parameters[0]?.shape;
  return shape2?.kind === "conv" ? shape2.inChannels : null;
}
function openOnnx(path, source, fed) {
  const onnx = named(path, () => readOnnx(source, fileBeside(path)));
  const model = named(path, () => importOnnx(onnx));
  for (const [name, value] of fed) {
    const input2 = model.inputs.find((one) => one.name === name);
    if (input2) {
      checkDeclaredArray(value, "the array", stem(path), input2);
      continue;
    }
    throw noInput(
      path,
      name,
      model.inputs.map((one) => one.name)
    );
  }
  const open3 = model.inputs.filter(({ name }) => !fed.has(name));
  const [first] = open3;
  const sides = open3.length === 1 ? first.shape?.slice(-3) ?? [] : [];
  const input = sides.length === 3 && sides.every((side4) => side4 !== null) ? sides : null;
  return {
    name: stem(path),
    input,
    channels: sides.length === 3 ? sides[0] : null,
    declared: open3.length === 1 ? { ...first, isPrepared: isPrepared(model, first.name) } : null,
    preset: null,
    fed,
    open: open3.map(({ name }) => name),
    notes: onnxNotes(onnx),
    learnt: null,
    bind: () => bound({ model, notes: [] }),
    retell: inNetworkWords
  };
}
function isPrepared({ nodes }, input) {
  const readers = nodes.filter(({ inputs }) => inputs.includes(input));
  return readers.length > 0 && readers.every(({ layer: layer3 }) => PREPARING.includes(layer3.kind));
}
var PREPARING = ["sub", "mul", "div", "add", "batch_norm", "cast"];
async function readArray(path) {
  try {
    return npyToValue(readNpy(await readBytes(path)));
  } catch (error) {
    throw atPlace(path, error);
  }
}

// ../../tmp/g/list.ts
init_kept_run();
init_layer_choice();
init_layer_groups();
init_channels_last();
for (const net of process.argv[2].split(",")) {
  const opened = await openNetwork({ network: net.startsWith("/") ? net : `/work/nets/${net}.onnx`, weights: null, init: null, inputs: [] }, "", "shapes");
  const side4 = opened.input ?? [3, 224, 224];
  const { shaped } = shapeOf3(opened, { info: { dtype: declaredType(opened), shape: [1, ...side4] }, x: null });
  const t = performance.now();
  const { groups } = layerGroups(shaped);
  const kinds = {};
  for (const g of groups) kinds[`${g.kind}:${g.nodes.length}`] = (kinds[`${g.kind}:${g.nodes.length}`] ?? 0) + 1;
  const all = chooseLayers(shaped, (process.argv[3] ?? "all").split(","));
  const parts2 = chooseLayers(shaped, ["all"], "", true);
  console.log(net, "nodes", shaped.model.nodes.length, "all", all.length, "parts", parts2.length, "last", channelsLast(shaped).size, (performance.now() - t).toFixed(0) + " ms", JSON.stringify(kinds));
  if (process.argv[4]) for (const l of all.slice(0, +process.argv[4])) console.log("  ", l.name, kindOf2(l), shaped.infos.get(l.value).shape.join("x"), channelsLast(shaped).has(l.value) ? "last" : "");
}
