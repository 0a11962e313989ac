/** The module that runs what it holds one after another. The layers of a ModuleList run when its owner says so. */
export const SEQUENCE = 'Sequential';

/** What helps when the text of print(model) does not tell how the network computes. */
export const EXPORT = "export the model: torch.onnx.export(model, x, 'model.onnx'), then: cnnviz run model.onnx";

export const TELL_FORWARD = `write all that forward() calls as a network file (.yaml), or ${EXPORT}`;
