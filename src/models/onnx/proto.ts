import type { ByteSource } from '../../core/bytes.js';
import { CnnvizError } from '../../core/errors.js';
import type { OnnxAttribute, OnnxFunction, OnnxGraph, OnnxModel, OnnxNode, OnnxTensor, OnnxValue } from './builder.js';
import { type Beside, floatsOf, readTensor } from './tensor.js';
import { damaged, expectBytes, expectVarint, type Field, int32Of, int64Of, openWire, type Wire } from './wire.js';

/**
 * Reads an ONNX file's graph; the numbers of its tensors stay in the file until they are asked for. Unknown fields are
 * passed over. Graphs within nodes are read as deep as networks have them.
 * Source: github.com/onnx/onnx, onnx/onnx.proto
 * @param beside reads files beside the model, for external data
 * @throws CnnvizError 'format' with the byte, or 'unsupported'
 */
export function readOnnx(source: ByteSource, beside: Beside): OnnxModel {
  const wire = openWire(source);
  const opsets = new Map<string, number>();
  const functions: OnnxFunction[] = [];
  let graph: Field | null = null;
  for (const field of wire.fields(0, source.size)) {
    if (field.number === 7) {
      if (graph) throw damaged(field.from, 'a second graph');
      graph = expectBytes(field);
    } else if (field.number === 8) {
      readOpset(wire, expectBytes(field), opsets);
    } else if (field.number === 20) {
      throw new CnnvizError('unsupported', 'a model with training information', { fix: 'export it for inference' });
    } else if (field.number === 25) {
      functions.push(readFunction(wire, expectBytes(field), beside));
    }
  }
  if (!graph) throw damaged(0, 'it has no graph');
  return { opsets, functions, ...readGraph(wire, graph, beside, 0) };
}

/** Graphs within nodes within graphs. */
const DEEPEST = 16;

function readOpset(wire: Wire, message: Field, opsets: Map<string, number>): void {
  let [domain, version] = ['', 0];
  for (const field of wire.fields(message.from, message.length)) {
    if (field.number === 1) domain = wire.text(field);
    else if (field.number === 2) version = int64Of(expectVarint(field));
  }
  opsets.set(ownDomain(domain), version);
}

/** ONNX's own set has two names. */
function ownDomain(domain: string): string {
  return domain === 'ai.onnx' ? '' : domain;
}

function readFunction(wire: Wire, message: Field, beside: Beside): OnnxFunction {
  const [inputs, outputs, nodes]: [string[], string[], OnnxNode[]] = [[], [], []];
  const defaults = new Map<string, OnnxAttribute>();
  const opsets = new Map<string, number>();
  let [name, domain, overload] = ['', '', ''];
  for (const field of wire.fields(message.from, message.length)) {
    if (field.number === 1) name = wire.text(field);
    else if (field.number === 4) inputs.push(wire.text(field));
    else if (field.number === 5) outputs.push(wire.text(field));
    else if (field.number === 7) nodes.push(readNode(wire, expectBytes(field), beside, 0));
    else if (field.number === 9) readOpset(wire, expectBytes(field), opsets);
    else if (field.number === 10) domain = ownDomain(wire.text(field));
    else if (field.number === 13) overload = wire.text(field);
    else if (field.number === 11) {
      const attribute = readAttribute(wire, expectBytes(field), beside, 0);
      defaults.set(attribute.name, attribute.value);
    }
  }
  return { domain, name, overload, inputs, outputs, defaults, nodes, opsets };
}

/** @param depth of graphs around it */
function readGraph(wire: Wire, message: Field, beside: Beside, depth: number): OnnxGraph {
  if (depth > DEEPEST) throw damaged(message.from, `graphs within graphs, more than ${DEEPEST} deep`);
  const nodes: OnnxNode[] = [];
  const initializers = new Map<string, OnnxTensor>();
  const inputs: OnnxValue[] = [];
  const outputs: OnnxValue[] = [];
  const values = new Map<string, OnnxValue>();
  for (const field of wire.fields(message.from, message.length)) {
    switch (field.number) {
      case 1:
        nodes.push(readNode(wire, expectBytes(field), beside, depth));
        break;
      case 5: {
        const tensor = readTensor(wire, expectBytes(field), beside);
        if (initializers.has(tensor.name)) throw damaged(field.from, `two initializers are called "${tensor.name}"`);
        initializers.set(tensor.name, tensor);
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
        throw new CnnvizError('unsupported', `a sparse initializer (byte ${field.from})`, {
          fix: 'store it as a dense tensor',
        });
    }
  }
  return { nodes, initializers, inputs, outputs, values };
}

function readNode(wire: Wire, message: Field, beside: Beside, depth: number): OnnxNode {
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes = new Map<string, OnnxAttribute>();
  let [name, operator, domain, overload] = ['', '', '', ''];
  for (const field of wire.fields(message.from, message.length)) {
    if (field.number === 1) inputs.push(wire.text(field));
    else if (field.number === 2) outputs.push(wire.text(field));
    else if (field.number === 3) name = wire.text(field);
    else if (field.number === 4) operator = wire.text(field);
    else if (field.number === 5) {
      const attribute = readAttribute(wire, expectBytes(field), beside, depth);
      attributes.set(attribute.name, attribute.value);
    } else if (field.number === 7) domain = wire.text(field);
    else if (field.number === 8) overload = wire.text(field);
  }
  return { name, operator, domain: ownDomain(domain), overload, inputs, outputs, attributes, opset: null };
}

/** AttributeProto.AttributeType. */
const ATTRIBUTE_TYPES = ['', 'float', 'int', 'string', 'tensor', 'graph', 'floats', 'ints', 'strings'] as const;

function readAttribute(
  wire: Wire,
  message: Field,
  beside: Beside,
  depth: number,
): { name: string; value: OnnxAttribute } {
  const floats: number[] = [];
  const ints: number[] = [];
  const strings: string[] = [];
  let [name, type] = ['', 0];
  let [float, int, text] = [0, 0, ''];
  let tensor: OnnxTensor | null = null;
  let graph: OnnxGraph | null = null;
  let [told, reference] = ['', ''];
  for (const field of wire.fields(message.from, message.length)) {
    switch (field.number) {
      case 1:
        name = wire.text(field);
        break;
      case 2:
        float = floatsOf(wire, field)[0] ?? 0;
        told ||= 'float';
        break;
      case 3:
        int = int64Of(expectVarint(field));
        told ||= 'int';
        break;
      case 4:
        text = textOrNothing(wire, field);
        told ||= 'string';
        break;
      case 5:
        tensor = readTensor(wire, expectBytes(field), beside);
        told ||= 'tensor';
        break;
      case 6:
        graph = readGraph(wire, expectBytes(field), beside, depth + 1);
        told ||= 'graph';
        break;
      case 7:
        for (const value of floatsOf(wire, field)) floats.push(value);
        told ||= 'floats';
        break;
      case 8:
        if (field.type === 'bytes') for (const value of wire.varints(field)) ints.push(int64Of(value));
        else ints.push(int64Of(expectVarint(field)));
        told ||= 'ints';
        break;
      case 9:
        strings.push(textOrNothing(wire, field));
        told ||= 'strings';
        break;
      case 20:
        type = int32Of(expectVarint(field));
        break;
      case 21:
        reference = wire.text(field);
        break;
    }
  }
  if (reference !== '') return { name, value: { type: 'reference', value: reference } };
  const kind = ATTRIBUTE_TYPES[type] || told;
  return { name, value: attributeOf(kind, { float, int, text, tensor, graph, floats, ints, strings }) };
}

interface AttributeFields {
  readonly float: number;
  readonly int: number;
  readonly text: string;
  readonly tensor: OnnxTensor | null;
  readonly graph: OnnxGraph | null;
  readonly floats: readonly number[];
  readonly ints: readonly number[];
  readonly strings: readonly string[];
}

function attributeOf(kind: string, fields: AttributeFields): OnnxAttribute {
  switch (kind) {
    case 'float':
      return { type: 'float', value: fields.float };
    case 'int':
      return { type: 'int', value: fields.int };
    case 'string':
      return { type: 'string', value: fields.text };
    case 'floats':
      return { type: 'floats', value: fields.floats };
    case 'ints':
      return { type: 'ints', value: fields.ints };
    case 'strings':
      return { type: 'strings', value: fields.strings };
    default:
      if (kind === 'graph' && fields.graph) return { type: 'graph', value: fields.graph };
      if (kind === 'tensor' && fields.tensor) return { type: 'tensor', value: fields.tensor };
      return { type: 'other', value: kind };
  }
}

/** Attributes of bytes need not be text; what is not, is nothing an operator knows. */
function textOrNothing(wire: Wire, field: Field): string {
  expectBytes(field);
  const bytes = wire.source.read(field.from, Math.min(field.length, 1024));
  return new TextDecoder().decode(bytes);
}

/** A ValueInfoProto: name, and type and shape of a tensor. */
function readValue(wire: Wire, message: Field): OnnxValue {
  let name = '';
  let elementType = 0;
  let shape: (number | null)[] | null = null;
  for (const field of wire.fields(message.from, message.length)) {
    if (field.number === 1) name = wire.text(field);
    if (field.number !== 2) continue;
    for (const kind of wire.fields(expectBytes(field).from, field.length)) {
      // sequences, maps and optional values
      if (kind.number !== 1) {
        if ([4, 5, 8, 9].includes(kind.number)) elementType = -1;
        continue;
      }
      for (const part of wire.fields(expectBytes(kind).from, kind.length)) {
        if (part.number === 1) elementType = int32Of(expectVarint(part));
        else if (part.number === 2) shape = readShape(wire, expectBytes(part));
      }
    }
  }
  return { name, elementType, shape };
}

function readShape(wire: Wire, message: Field): (number | null)[] {
  const shape: (number | null)[] = [];
  for (const field of wire.fields(message.from, message.length)) {
    if (field.number !== 1) continue;
    let side: number | null = null;
    for (const part of wire.fields(expectBytes(field).from, field.length)) {
      if (part.number !== 1) continue;
      const value = int64Of(expectVarint(part));
      // exporters write 0 and −1 for a side of any size
      side = value > 0 && Number.isSafeInteger(value) ? value : null;
    }
    shape.push(side);
    if (shape.length > 64) throw damaged(field.from, 'a shape of more than 64 axes');
  }
  return shape;
}
