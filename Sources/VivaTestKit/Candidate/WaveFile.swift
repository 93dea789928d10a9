/// Reads PCM sound from a RIFF/WAVE file (IBM and Microsoft, Multimedia Programming Interface 1.0, 1991).
///
/// 16-bit PCM of any rate and channel number; channels are averaged, the rate is brought to 24 kHz by linear interpolation,
/// which is enough for speech that was recorded at 16 kHz or more.
public struct WaveFile: Sendable {
    public enum ReadError: Error, Sendable, Equatable {
        case notWave
        case unsupported
    }

    /// Mono samples at 24 kHz.
    public let samples: [Int16]

    public static let sampleRate = 24_000
    /// Ten minutes of sound: an answer is never longer.
    public static let longestFrames = 10 * 60 * 192_000

    public init(bytes: [UInt8]) throws(ReadError) {
        guard bytes.count >= 44, Self.tag(bytes, 0) == "RIFF", Self.tag(bytes, 8) == "WAVE" else { throw .notWave }
        var position = 12
        var channels = 0
        var rate = 0
        while position + 8 <= bytes.count {
            let length = Int(Self.uint32(bytes, position + 4))
            let body = position + 8
            switch Self.tag(bytes, position) {
            case "fmt ":
                guard body + 16 <= bytes.count else { throw .notWave }
                channels = Int(Self.uint16(bytes, body + 2))
                rate = Int(Self.uint32(bytes, body + 4))
                let format = Self.uint16(bytes, body)
                guard format == 1 || format == 0xFFFE, Self.uint16(bytes, body + 14) == 16, (1...8).contains(channels),
                    (8_000...192_000).contains(rate)
                else { throw .unsupported }
            case "data":
                guard channels > 0 else { throw .notWave }
                let end = min(bytes.count, body + length)
                let frames = min((end - body) / (2 * channels), Self.longestFrames)
                samples = Self.resampled(Self.mono(bytes, from: body, frames: frames, channels: channels), from: rate)
                return
            default: break
            }
            position = body + length + (length & 1)
        }
        throw .notWave
    }

    /// The file of mono samples at 24 kHz, 16-bit PCM.
    public static func bytes(of samples: [Int16]) -> [UInt8] {
        func two(_ value: UInt16) -> [UInt8] { [UInt8(value & 255), UInt8(value >> 8)] }
        func four(_ value: UInt32) -> [UInt8] { two(UInt16(value & 0xFFFF)) + two(UInt16(value >> 16)) }
        let count = UInt32(samples.count * 2)
        var file = Array("RIFF".utf8) + four(36 + count) + Array("WAVEfmt ".utf8)
        file += four(16) + two(1) + two(1) + four(UInt32(sampleRate)) + four(UInt32(2 * sampleRate)) + two(2) + two(16)
        file += Array("data".utf8) + four(count)
        file.reserveCapacity(file.count + 2 * samples.count)
        for sample in samples { file += two(UInt16(bitPattern: sample)) }
        return file
    }

    private static func mono(_ bytes: [UInt8], from start: Int, frames: Int, channels: Int) -> [Int16] {
        (0..<frames).map { frame in
            var sum = 0
            for channel in 0..<channels {
                sum += Int(Int16(bitPattern: uint16(bytes, start + 2 * (frame * channels + channel))))
            }
            return Int16(sum / channels)
        }
    }

    private static func resampled(_ input: [Int16], from rate: Int) -> [Int16] {
        guard rate != sampleRate, input.count > 1 else { return input }
        let count = input.count * sampleRate / rate
        return (0..<count).map { index in
            let position = Double(index) * Double(rate) / Double(sampleRate)
            let left = min(Int(position), input.count - 1)
            let right = min(left + 1, input.count - 1)
            let fraction = position - Double(left)
            return Int16(Double(input[left]) * (1 - fraction) + Double(input[right]) * fraction)
        }
    }

    private static func tag(_ bytes: [UInt8], _ offset: Int) -> String {
        String(decoding: bytes[offset..<offset + 4], as: UTF8.self)
    }

    private static func uint16(_ bytes: [UInt8], _ offset: Int) -> UInt16 {
        UInt16(bytes[offset]) | UInt16(bytes[offset + 1]) << 8
    }

    private static func uint32(_ bytes: [UInt8], _ offset: Int) -> UInt32 {
        UInt32(uint16(bytes, offset)) | UInt32(uint16(bytes, offset + 2)) << 16
    }
}
