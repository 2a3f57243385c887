// @ts-check
/**
 * Wire. What an invitation link says of itself (docs/protocol.md §2): its id, by which a chair withdraws it.
 * The signature is the server's to check; here nothing is believed, only named.
 */

/**
 * @param {string} link the whole link, or only its token
 * @returns {Promise<string|null>} the invitation's id; null if this is no link of ours
 */
export async function invitationOf(link) {
  const token = link.trim().split("#t=").at(-1) ?? "";
  const isPacked = token.startsWith(".");
  const [payload] = (isPacked ? token.slice(1) : token).split(".");
  try {
    const bytes = Uint8Array.from(atob(payload.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
    const text = isPacked ? await unpacked(bytes) : new TextDecoder().decode(bytes);
    const { id, expires_at: expires } = JSON.parse(text);
    return typeof id === "string" && expires ? id : null;
  } catch {
    return null;
  }
}

/** @param {Uint8Array<ArrayBuffer>} bytes zlib */
function unpacked(bytes) {
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))).text();
}
