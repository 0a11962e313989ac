import { useEffect, useRef, useState } from 'preact/hooks';
import { feed } from '../actions.js';
import { DialogFrame } from '../parts/dialog-frame.js';
import { useSignal, useStore } from '../use-signal.js';
import { pixelsOf } from './take-files.js';

/** A still of the camera. It is asked for only here, and let go when the dialog closes. */
export function Camera() {
  const store = useStore();
  return useSignal(store.dialog) === 'camera' ? <CameraDialog /> : null;
}

function CameraDialog() {
  const store = useStore();
  const video = useRef<HTMLVideoElement>(null);
  const [said, setSaid] = useState('waiting for the camera');
  const [isReady, setReady] = useState(false);
  useEffect(() => {
    let stream: MediaStream | null = null;
    let isGone = false;
    const open = async () => {
      if (!navigator.mediaDevices) {
        setSaid('this browser gives a page of this kind no camera');
        return;
      }
      try {
        stream = await navigator.mediaDevices.getUserMedia({ video: true });
      } catch (error) {
        setSaid(
          error instanceof Error && error.name === 'NotFoundError' ? 'there is no camera' : 'the camera was refused',
        );
        return;
      }
      if (isGone || !video.current) stopAll(stream);
      else {
        video.current.srcObject = stream;
        await video.current.play();
        setReady(true);
        setSaid('');
      }
    };
    void open();
    return () => {
      isGone = true;
      stopAll(stream);
    };
  }, []);
  const close = () => {
    store.dialog.value = null;
  };
  const take = () => {
    const { current } = video;
    if (!current) return;
    const [width, height] = [current.videoWidth, current.videoHeight];
    const pixels = pixelsOf(current, width, height);
    feed(store, { kind: 'given', name: 'camera', width, height, pixels, gray: false });
    close();
  };
  return (
    <DialogFrame title="Camera" onClose={close}>
      <video ref={video} muted playsInline />
      <p role="status">{said}</p>
      <button type="button" disabled={!isReady} onClick={take}>
        Take a picture
      </button>
    </DialogFrame>
  );
}

function stopAll(stream: MediaStream | null): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
}
