/**
 * A photo for the register, from a file, the clerk's camera or a card, made small enough to send. The canvas
 * is cleared and the camera let go as soon as the photo is sent or given up.
 */
import { byId, say } from "./core.js";
import { LONG_LIMIT_MS } from "./pension-server.js";
import { note } from "./pension-words.js";

const LONGEST_PX = 1280;
const QUALITY = 0.92;
const WLT_BYTES = 1024; // a card's photo as readers give it, before it is decoded

let stream = null;
let source = "file";
let turn = 0; // a picture that comes after the person on the page has changed is nobody's

/**
 * save(source, picture in base64, limitMs): resolves to whether it was enrolled.
 * decode(1024 bytes in base64): resolves to the card's picture as a Blob, or to null; what is wrong is said.
 */
export function startPhoto(save, decode) {
  byId("photo-file").addEventListener("change", () => fromFile("photo-file", "file"));
  byId("photo-card").addEventListener("change", () => fromFile("photo-card", "card", decode));
  byId("photo-camera").addEventListener("click", openCamera);
  byId("photo-take").addEventListener("click", take);
  byId("photo-again").addEventListener("click", stopPhoto);
  byId("photo-save").addEventListener("click", async () => {
    const kind = source === "card" ? "image/png" : "image/jpeg"; // so small a picture loses nothing more
    const picture = byId("photo-preview").toDataURL(kind, QUALITY).split(",")[1];
    const button = byId("photo-save");
    button.disabled = true;
    note("info", say("pension.act.photo_working"));
    if (await save(source, picture, LONG_LIMIT_MS)) stopPhoto();
    button.disabled = false;
  });
}

export function stopPhoto() {
  turn += 1;
  stream?.getTracks().forEach((track) => track.stop());
  stream = null;
  const canvas = byId("photo-preview");
  canvas.width = canvas.width; // clears it
  byId("photo-video").srcObject = null;
  for (const id of ["photo-file", "photo-card"]) byId(id).value = "";
  for (const id of ["photo-work", "photo-video", "photo-preview", "photo-take", "photo-save"]) byId(id).hidden = true;
}

async function fromFile(id, from, decode) {
  const file = byId(id).files[0];
  if (!file) return;
  stopPhoto();
  const mine = turn;
  const isRecord = decode && file.size === WLT_BYTES;
  const picture = isRecord ? await decode(await inBase64(file)) : file;
  if (!picture) return;
  try {
    const bitmap = await createImageBitmap(picture);
    if (mine === turn) {
      source = from;
      draw(bitmap, bitmap.width, bitmap.height);
    }
    bitmap.close();
  } catch {
    note("alarm", say("pension.advice.picture_unreadable"));
  }
}

async function inBase64(file) {
  return btoa(String.fromCharCode(...new Uint8Array(await file.arrayBuffer())));
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
