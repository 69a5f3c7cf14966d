// How the pages are built. `vite dev` speaks to a running service: CERTWRIGHT_URL (http://127.0.0.1:9644).
import react from "@vitejs/plugin-react";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { defineConfig, type Plugin } from "vite";

const service = process.env.CERTWRIGHT_URL ?? "http://127.0.0.1:9644";

/** Our letters are our own (`styles/fonts.css`): the kit's would only make the program larger. */
const withoutFonts: Plugin = {
  name: "without-the-fonts-of-the-kit",
  enforce: "pre",
  transform(code, id) {
    return /react-core\/dist\/styles\/base\.css/.test(id) ? code.replace(/@font-face\s*\{[^}]*\}/g, "") : undefined;
  },
};

/** Each file compressed twice beside itself, for the program to embed: nothing is compressed while it is served. */
const packed: Plugin = {
  name: "packed",
  apply: "build",
  writeBundle({ dir = "dist" }) {
    const files = readdirSync(dir, { recursive: true, encoding: "utf8" });
    for (const file of files.filter((name) => /\.(html|js|css|svg|json)$/.test(name))) {
      const bytes = readFileSync(join(dir, file));
      writeFileSync(join(dir, `${file}.gz`), gzipSync(bytes, { level: 9 }));
      writeFileSync(join(dir, `${file}.br`), brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }));
    }
  },
};

export default defineConfig({
  plugins: [withoutFonts, react(), packed],
  resolve: {
    alias: {
      "@gen": fileURLToPath(new URL("gen", import.meta.url)),
      "@": fileURLToPath(new URL("src", import.meta.url)),
    },
  },
  build: {
    target: "es2022",
    assetsDir: "assets",
    // A data: address for a small picture would need a wider content security policy.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      output: {
        codeSplitting: {
          // What several screens share comes in few files rather than in one for each icon: a screen's first view waits
          // for each of them.
          groups: [
            { name: "kit", test: /node_modules/, minShareCount: 3 },
            { name: "parts", test: /src\/(parts|app|api)\//, minShareCount: 3 },
          ],
        },
      },
    },
  },
  server: {
    host: "127.0.0.1",
    proxy: {
      "/api": {
        target: service,
        changeOrigin: true,
        // The service answers pages of its own origin alone.
        headers: { origin: service },
      },
    },
  },
});
