import Testing

@testable import VoiceEngine

/// Values of ITU-T G.711: table 2 (µ-law, 14 bits) and table 1 (A-law, 13 bits), scaled to 16 bits.
@Suite struct G711Tests {
    @Test(
        "known codes decode to the values of the standard",
        arguments: [
            (G711.muLaw, UInt8(0x00), Int16(-32_124)), (.muLaw, 0x80, 32_124), (.muLaw, 0xFF, 0), (.muLaw, 0x7F, 0), (.muLaw, 0xF0, 120),
            (.aLaw, 0xD5, 8), (.aLaw, 0x55, -8), (.aLaw, 0xAA, 32_256), (.aLaw, 0x2A, -32_256), (.aLaw, 0x80, 5_504),
        ]
    )
    func decoding(coding: G711, code: UInt8, sample: Int16) {
        #expect(coding.decode(code) == sample)
    }

    @Test("every code is the code of the sample that it stands for", arguments: [G711.muLaw, .aLaw])
    func inverse(coding: G711) {
        // µ-law has two codes for zero; the encoder takes the positive one.
        for code in UInt8.min...UInt8.max where !(coding == .muLaw && code == 0x7F) {
            #expect(coding.encode(coding.decode(code)) == code)
        }
    }

    @Test("every sample comes back within half a step of its size, at the ends too", arguments: [G711.muLaw, .aLaw])
    func error(coding: G711) {
        for sample in stride(from: Int(Int16.min), through: Int(Int16.max), by: 37) + [Int(Int16.max)] {
            let back = Int(coding.decode(coding.encode(Int16(sample))))
            #expect(abs(back - sample) <= max(16, abs(sample) / 16))
        }
    }
}
