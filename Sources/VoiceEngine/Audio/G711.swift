/// The two telephone codings of ITU-T G.711: 8 kHz, one byte a sample, logarithmic steps.
enum G711: Sendable, Equatable {
    case muLaw
    case aLaw

    /// Largest magnitude that µ-law codes, of 16 bits.
    private static let muClip = 32_635
    private static let muBias = 132

    func decode(_ byte: UInt8) -> Int16 {
        switch self {
        case .muLaw:
            let code = ~byte
            let magnitude = ((Int(code & 0x0F) << 3) + Self.muBias) << Int(code >> 4 & 0x07)
            let sample = magnitude - Self.muBias
            return Int16(code & 0x80 != 0 ? -sample : sample)
        case .aLaw:
            let code = byte ^ 0x55
            let exponent = Int(code >> 4 & 0x07)
            let mantissa = Int(code & 0x0F) << 4
            let magnitude = exponent == 0 ? mantissa + 8 : (mantissa + 0x108) << (exponent - 1)
            return Int16(code & 0x80 != 0 ? magnitude : -magnitude)
        }
    }

    func encode(_ sample: Int16) -> UInt8 {
        switch self {
        case .muLaw:
            let sign: UInt8 = sample < 0 ? 0x80 : 0
            let magnitude = min(abs(Int(sample)), Self.muClip) + Self.muBias
            let exponent = Self.exponent(magnitude >> 7)
            let mantissa = UInt8(magnitude >> (exponent + 3) & 0x0F)
            return ~(sign | UInt8(exponent) << 4 | mantissa)
        case .aLaw:
            let sign: UInt8 = sample < 0 ? 0 : 0x80
            let magnitude = sample < 0 ? -(Int(sample) + 1) : Int(sample)
            let exponent = Self.exponent(magnitude >> 7)
            let mantissa = UInt8(magnitude >> (exponent == 0 ? 4 : exponent + 3) & 0x0F)
            return (sign | UInt8(exponent) << 4 | mantissa) ^ 0x55
        }
    }

    /// Place of the highest bit, 0 to 7.
    private static func exponent(_ value: Int) -> Int {
        var exponent = 0
        var rest = value >> 1
        while rest > 0, exponent < 7 {
            exponent += 1
            rest >>= 1
        }
        return exponent
    }
}
