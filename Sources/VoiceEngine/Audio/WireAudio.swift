#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif
import RealtimeProtocol

/// How audio is written in events: base64 of little-endian samples at 24 kHz, or of G.711 bytes at 8 kHz.
enum WireFormat: Equatable {
    case pcm
    case g711(G711)

    var bytesPerSecond: Int {
        switch self {
        case .pcm: 48_000
        case .g711: 8_000
        }
    }

    /// nil for a format that the API does not have.
    init?(_ format: AudioFormat) {
        switch format.type {
        case "audio/pcm" where format.rate ?? 24_000 == 24_000: self = .pcm
        case "audio/pcmu": self = .g711(.muLaw)
        case "audio/pcma": self = .g711(.aLaw)
        default: return nil
        }
    }
}

/// Reads `input_audio_buffer.append` into samples at 16 kHz. A sample may be split between two events.
struct WireAudioReader {
    let format: WireFormat
    private var resampler: StreamingResampler
    private var oddByte: UInt8?

    init(_ format: WireFormat) {
        self.format = format
        resampler = StreamingResampler(format == .pcm ? .from24to16 : .from8to16)
    }

    /// - Returns: the bytes; nil when the text is not base64.
    static func bytes(_ base64: String) -> [UInt8]? {
        Data(base64Encoded: base64).map { Array($0) }
    }

    /// Samples at 16 kHz in [-1, 1] are appended to `output`.
    mutating func read(_ bytes: ArraySlice<UInt8>, into output: inout [Float]) {
        var samples: [Int16] = []
        switch format {
        case .g711(let coding):
            samples = bytes.map { coding.decode($0) }
        case .pcm:
            samples.reserveCapacity(bytes.count / 2 + 1)
            var low = oddByte
            for byte in bytes {
                if let first = low {
                    samples.append(Int16(bitPattern: UInt16(byte) << 8 | UInt16(first)))
                    low = nil
                } else {
                    low = byte
                }
            }
            oddByte = low
        }
        samples.withUnsafeBufferPointer { resampler.process($0, into: &output) }
    }
}

/// Writes speech at 24 kHz as the base64 of `response.output_audio.delta`.
struct WireAudioWriter {
    let format: WireFormat
    private var resampler = StreamingResampler(.from24to8)

    init(_ format: WireFormat) {
        self.format = format
    }

    mutating func write(_ samples: [Int16]) -> String {
        var bytes: [UInt8] = []
        switch format {
        case .pcm:
            bytes.reserveCapacity(samples.count * 2)
            for sample in samples {
                bytes.append(UInt8(truncatingIfNeeded: sample))
                bytes.append(UInt8(truncatingIfNeeded: sample >> 8))
            }
        case .g711(let coding):
            bytes = resampler.process(samples).map { coding.encode(Int16(max(-32_768, min(32_767, $0 * 32_768)))) }
        }
        return Data(bytes).base64EncodedString()
    }
}
