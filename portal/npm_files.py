"""The files of npm packages that pages use, by the name under which they are served; portal.settings takes it."""

NPM_FILES = {
    # static name: file below NPM_ROOT
    "npm/tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "npm/geist-latin.woff2": "@fontsource-variable/geist/files/geist-latin-wght-normal.woff2",
    "npm/geist-latin-ext.woff2": "@fontsource-variable/geist/files/geist-latin-ext-wght-normal.woff2",
    "npm/geist-cyrillic.woff2": "@fontsource-variable/geist/files/geist-cyrillic-wght-normal.woff2",
    "npm/qr/decode.js": "qr/decode.js",
    "npm/qr/index.js": "qr/index.js",
    "npm/uPlot.min.css": "uplot/dist/uPlot.min.css",
    "npm/uPlot.iife.min.js": "uplot/dist/uPlot.iife.min.js",
    "npm/signature_pad.umd.min.js": "signature_pad/dist/signature_pad.umd.min.js",
}
