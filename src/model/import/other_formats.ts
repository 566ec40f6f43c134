/** How to get from a format that is not imported to one that is; file names are examples. */
const PYTORCH =
  'In Python, with the class of the model: net.load_state_dict(torch.load("model.pt")), then ' +
  'safetensors.torch.save_file(net.state_dict(), "model.safetensors") or torch.onnx.export(net, x, "model.onnx", dynamo=False)';
const KERAS =
  'In Python: keras.models.load_model("model.keras").export("saved"), then in a shell: ' +
  'python -m tf2onnx.convert --saved-model saved --output model.onnx';

const WAYS: ReadonlyMap<string, readonly [format: string, way: string]> = new Map([
  ['.pt', ['a PyTorch checkpoint', PYTORCH]],
  ['.pth', ['a PyTorch checkpoint', PYTORCH]],
  [
    '.ckpt',
    [
      'a checkpoint of PyTorch Lightning',
      PYTORCH.replace('torch.load("model.pt")', 'torch.load("model.ckpt")["state_dict"]'),
    ],
  ],
  [
    '.bin',
    [
      'weights without a format of their own',
      'Save them as safetensors: safetensors.torch.save_file(net.state_dict(), "model.safetensors")',
    ],
  ],
  ['.h5', ['a Keras model in HDF5', KERAS.replace('model.keras', 'model.h5')]],
  ['.hdf5', ['a Keras model in HDF5', KERAS.replace('model.keras', 'model.hdf5')]],
  ['.keras', ['a Keras model', KERAS]],
  [
    '.tflite',
    ['a TensorFlow Lite model', 'Convert it: python -m tf2onnx.convert --tflite model.tflite --output model.onnx'],
  ],
  [
    '.pb',
    [
      'a TensorFlow graph',
      'Convert it: python -m tf2onnx.convert --graphdef model.pb --inputs x:0 --outputs y:0 --output model.onnx, or the folder of a ' +
        'saved_model.pb: python -m tf2onnx.convert --saved-model folder --output model.onnx',
    ],
  ],
  [
    '.nam',
    [
      'a model of Neural Amp Modeler',
      'Export it from its trainer: in Python, nam.models.init_from_nam(json.load(open("model.nam"))), then torch.onnx.export(net, x, "model.onnx", ' +
        'dynamo=False)',
    ],
  ],
  [
    '.traineddata',
    [
      'data of Tesseract',
      'Take its network out, combine_tessdata -e model.traineddata model.lstm, and export its layers to ONNX; there is no converter for it',
    ],
  ],
  [
    '.mdl',
    [
      'a Kaldi acoustic model of nnet2 or nnet3',
      'nnet3 is not supported; text of nnet1 is: nnet-copy --binary=false final.nnet final.txt',
    ],
  ],
  [
    '.raw',
    [
      'a Kaldi network of nnet3',
      'nnet3 is not supported; text of nnet1 is: nnet-copy --binary=false final.nnet final.txt',
    ],
  ],
  [
    '.pdmodel',
    [
      'a PaddlePaddle model',
      'Convert it: paddle2onnx --model_dir folder --model_filename model.pdmodel --params_filename model.pdiparams --save_file model.onnx',
    ],
  ],
  ['.mlmodel', ['a Core ML model', 'Export the model that it was made from to ONNX']],
  ['.ort', ['an optimized model of ONNX Runtime', 'Take the .onnx file that it was made from']],
  [
    '.npz',
    [
      'arrays without names that are known',
      'Save the state_dict of the model: safetensors.torch.save_file(net.state_dict(), "model.safetensors")',
    ],
  ],
]);

const DEFAULT_WAY =
  'Save the state_dict of a PyTorch model with safetensors.torch.save_file(net.state_dict(), "model.safetensors"), or export the model to ONNX';

/**
 * What a file of another format is, and how to get from it to one that is imported.
 *
 * @param suffix in lower case, with its dot; '' where there is none
 */
export function otherFormat(suffix: string): { readonly format: string | null; readonly way: string } {
  const [format, way] = WAYS.get(suffix) ?? [null, DEFAULT_WAY];
  return { format, way };
}
