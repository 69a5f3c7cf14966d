// How the pages are built. `vite dev` speaks to a running service: CERTWRIGHT_URL (http://127.0.0.1:9644).
import react from "@vitejs/plugin-react";
import { fileURLToPath } from "node:url";
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

export default defineConfig({
  plugins: [withoutFonts, react()],
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
