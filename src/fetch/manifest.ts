import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { ModelError, messageOf } from '../base/errors.js';
import { didYouMean } from '../base/nearest.js';
import { inputSchema } from '../config/model.js';

const layerSchema = z.strictObject({
  layer: z.string().min(1),
  /** c-MWP: where the contrast is taken. */
  contrast: z.string().min(1).optional(),
});

const modelSchema = z.strictObject({
  title: z.string().min(1),
  repository: z.string().regex(/^[\w.-]+\/[\w.-]+$/),
  commit: z.string().regex(/^[0-9a-f]{40}$/),
  /** Path in the repository; no way out of a server's folder. */
  path: z.string().regex(/^(?!.*\.\.)[\w./-]+\.onnx$/),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.int().min(1),
  /** `sorted-wnid`: the 1000 classes of ILSVRC in the order of their WordNet ids. */
  classes: z.literal('sorted-wnid'),
  /** Axes of the input: [N,C,H,W] or [N,H,W,C]. */
  layout: z.enum(['nchw', 'nhwc']),
  /** Preprocessing in the terms of a configuration's `model.input`. */
  input: inputSchema,
  /** Layers by method, where they are known; elsewhere the default rule finds one. */
  layers: z.record(z.string(), layerSchema).default({}),
  /** Of the weights, where it is known. */
  licence: z.string().min(1).optional(),
  /** The row of the paper's table that this network is. */
  paper: z.string().min(1).optional(),
  note: z.string().min(1).optional(),
  /** An open question about the preprocessing, printed whenever the model is fetched. */
  open: z.string().min(1).optional(),
});

const manifestSchema = z
  .strictObject({
    /** Where a repository's files are: address templates, tried in their order. */
    repositories: z.record(z.string(), z.array(z.string().regex(/^https?:\/\/.*\{path\}/)).min(1)),
    models: z.record(z.string().regex(/^[a-z0-9.-]+$/), modelSchema),
  })
  .refine(
    ({ repositories, models }) => Object.values(models).every(({ repository }) => repository in repositories),
    {
      message: 'a model names a repository that is not listed',
    },
  );

/** A published network: where its file is, what identifies it, how its images are prepared. */
export type PublishedModel = z.output<typeof modelSchema>;
export type Manifest = z.output<typeof manifestSchema>;

/** The manifest that comes with the program. */
const MANIFEST = fileURLToPath(new URL('../../models/manifest.json', import.meta.url));

/** Reads and checks a manifest: BENCH_MANIFEST when it is set, else the program's own. @throws ModelError naming the file and the entry that is wrong */
export function readManifest(file: string = process.env.BENCH_MANIFEST || MANIFEST): Manifest {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new ModelError(`${file}: cannot read the list of published models: ${messageOf(error)}`);
  }
  return parseManifest(text, file);
}

function parseManifest(text: string, file: string): Manifest {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw new ModelError(`${file}: not JSON: ${messageOf(error)}`);
  }
  const checked = manifestSchema.safeParse(data);
  if (checked.success) return checked.data;
  const issue = checked.error.issues[0]!;
  throw new ModelError(`${file}: ${issue.path.map(String).join('.') || 'the manifest'}: ${issue.message}`);
}

/**
 * A published model's `input` section as written, to be laid under a configuration's own, and its row of the paper.
 * @throws ModelError with the nearest name
 */
export function publishedInput(
  name: string,
  file: string = process.env.BENCH_MANIFEST || MANIFEST,
): { readonly input: Readonly<Record<string, unknown>>; readonly paper: string | undefined } {
  const { paper } = modelNamed(readManifest(file), name);
  // Checked by readManifest; the parsed form has its defaults filled in already, which must not hide behind keys.
  const written = JSON.parse(readFileSync(file, 'utf8')) as {
    models: Record<string, { input: Record<string, unknown> }>;
  };
  return { input: written.models[name]!.input, paper };
}

/** @throws ModelError with the nearest name */
export function modelNamed(manifest: Manifest, name: string): PublishedModel {
  const model = Object.hasOwn(manifest.models, name) ? manifest.models[name] : undefined;
  if (model !== undefined) return model;
  const known = Object.keys(manifest.models);
  throw new ModelError(
    `no published model is called \`${name}\`${didYouMean(name, known)}; \`bench fetch --list\` shows them`,
  );
}

/**
 * Addresses of a model's file, in the order in which they are tried.
 * @param mirror base URL that takes the place of scheme and host, e.g. `https://mirror.example/zoo`
 * @throws ModelError when the mirror is no http(s) URL
 */
export function addressesOf(manifest: Manifest, model: PublishedModel, mirror?: string): readonly string[] {
  const { repository, commit, path } = model;
  const addresses = manifest.repositories[repository]!.map((template) =>
    template.replace('{repository}', repository).replace('{commit}', commit).replace('{path}', path),
  );
  if (mirror === undefined || mirror === '') return addresses;
  if (!URL.canParse(mirror) || !/^https?:$/.test(new URL(mirror).protocol)) {
    throw new ModelError(
      `BENCH_MIRROR is "${mirror}", expected a base URL such as https://mirror.example/models`,
    );
  }
  return addresses.map((address) => mirror.replace(/\/+$/, '') + new URL(address).pathname);
}
