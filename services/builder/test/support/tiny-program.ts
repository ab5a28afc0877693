/** ELF header and one program header (System V ABI, AMD64). */
const HEADERS_LENGTH = 64 + 56;

/** Where the file is mapped. */
const BASE = 0x400000;

/** The programs are for this processor. */
export const canRunTinyPrograms = process.arch === 'x64' && process.platform === 'linux';

/**
 * A static Linux program of about 200 bytes for images without anything else in them: it writes a line, then ends with a code, or
 * never.
 */
export function tinyProgram(says: string, then: number | 'hangs' = 0): Buffer {
  const text = Buffer.from(`${says}\n`);
  const u32 = (value: number) => {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32LE(value);
    return bytes;
  };
  const end =
    then === 'hangs'
      ? Buffer.from([0xb8, 34, 0, 0, 0, 0x0f, 0x05, 0xeb, 0xf7]) // pause(), again and again
      : Buffer.concat([Buffer.from([0xb8, 60, 0, 0, 0, 0xbf]), u32(then), Buffer.from([0x0f, 0x05])]); // exit(then)
  const write = (address: number) =>
    Buffer.concat([
      Buffer.from([0xb8, 1, 0, 0, 0, 0xbf, 1, 0, 0, 0, 0xbe]), // write(1, address, length)
      u32(address),
      Buffer.from([0xba]),
      u32(text.length),
      Buffer.from([0x0f, 0x05]),
    ]);
  const codeLength = write(0).length + end.length;
  const code = Buffer.concat([write(BASE + HEADERS_LENGTH + codeLength), end, text]);
  return Buffer.concat([headers(HEADERS_LENGTH + code.length), code]);
}

function headers(fileLength: number): Buffer {
  const bytes = Buffer.alloc(HEADERS_LENGTH);
  Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]).copy(bytes);
  bytes.writeUInt16LE(2, 16); // executable
  bytes.writeUInt16LE(62, 18); // AMD64
  bytes.writeUInt32LE(1, 20);
  bytes.writeBigUInt64LE(BigInt(BASE + HEADERS_LENGTH), 24); // entry
  bytes.writeBigUInt64LE(64n, 32); // program headers
  bytes.writeUInt16LE(64, 52);
  bytes.writeUInt16LE(56, 54);
  bytes.writeUInt16LE(1, 56);
  bytes.writeUInt32LE(1, 64); // load
  bytes.writeUInt32LE(5, 68); // read and execute
  bytes.writeBigUInt64LE(BigInt(BASE), 80);
  bytes.writeBigUInt64LE(BigInt(BASE), 88);
  bytes.writeBigUInt64LE(BigInt(fileLength), 96);
  bytes.writeBigUInt64LE(BigInt(fileLength), 104);
  bytes.writeBigUInt64LE(0x1000n, 112);
  return bytes;
}
