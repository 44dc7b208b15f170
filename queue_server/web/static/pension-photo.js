/**
 * A photo for the register, from a file or the clerk's camera, made small enough to send. The canvas
 * is cleared and the camera let go as soon as the photo is sent or given up.
 */
import { byId, say } from "./core.js";
import { LONG_LIMIT_MS } from "./pension-server.js";
import { note } from "./pension-words.js";

const LONGEST_PX = 1280;
const QUALITY = 0.92;

let stream = null;
let source = "file";

/** save(source, picture in base64, limitMs): resolves to whether it was enrolled. */
export function startPhoto(save) {
  byId("photo-file").addEventListener("change", fromFile);
  byId("photo-camera").addEventListener("click", openCamera);
  byId("photo-take").addEventListener("click", take);
  byId("photo-again").addEventListener("click", stopPhoto);
  byId("photo-save").addEventListener("click", async () => {
    const picture = byId("photo-preview").toDataURL("image/jpeg", QUALITY).split(",")[1];
    const button = byId("photo-save");
    button.disabled = true;
    note("info", say("pension.act.photo_working"));
    const from = byId("photo-card").checked ? "card" : source;
    if (await save(from, picture, LONG_LIMIT_MS)) stopPhoto();
    button.disabled = false;
  });
}

export function stopPhoto() {
  stream?.getTracks().forEach((track) => track.stop());
  stream = null;
  const canvas = byId("photo-preview");
  canvas.width = canvas.width; // clears it
  byId("photo-video").srcObject = null;
  byId("photo-file").value = "";
  byId("photo-card").checked = false;
  for (const id of ["photo-work", "photo-video", "photo-preview", "photo-take", "photo-save"]) byId(id).hidden = true;
}

async function fromFile() {
  const file = byId("photo-file").files[0];
  if (!file) return;
  try {
    const bitmap = await createImageBitmap(file);
    source = "file";
    draw(bitmap, bitmap.width, bitmap.height);
    bitmap.close();
  } catch {
    note("alarm", say("pension.advice.picture_unreadable"));
  }
}

async function openCamera() {
  stopPhoto();
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { width: { ideal: 1280 }, facingMode: "user" } });
  } catch {
    note("alarm", say("pension.act.no_camera"));
    return;
  }
  const video = byId("photo-video");
  video.srcObject = stream;
  await video.play();
  for (const id of ["photo-work", "photo-video", "photo-take"]) byId(id).hidden = false;
}

function take() {
  const video = byId("photo-video");
  source = "camera";
  draw(video, video.videoWidth, video.videoHeight);
  stream?.getTracks().forEach((track) => track.stop());
  stream = null;
  video.hidden = true;
  byId("photo-take").hidden = true;
}

function draw(image, width, height) {
  const scale = Math.min(1, LONGEST_PX / Math.max(width, height));
  const canvas = byId("photo-preview");
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  for (const id of ["photo-work", "photo-preview", "photo-save"]) byId(id).hidden = false;
}
