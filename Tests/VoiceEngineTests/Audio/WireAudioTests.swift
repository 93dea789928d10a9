import RealtimeProtocol
import Testing

@testable import VoiceEngine

@Suite struct WireAudioTests {
    @Test(
        "the formats of the API are known, others are not",
        arguments: [
            (AudioFormat(type: "audio/pcm", rate: 24_000), WireFormat?.some(.pcm)), (AudioFormat(type: "audio/pcm"), .some(.pcm)),
            (AudioFormat(type: "audio/pcm", rate: 16_000), nil), (AudioFormat(type: "audio/pcmu"), .some(.g711(.muLaw))),
            (AudioFormat(type: "audio/pcma"), .some(.g711(.aLaw))), (AudioFormat(type: "audio/opus"), nil),
        ]
    )
    func formats(format: AudioFormat, known: WireFormat?) {
        #expect(WireFormat(format) == known)
    }

    @Test("what is no base64 has no bytes", arguments: ["?", "AAA", "A A A", "äöü"])
    func noBase64(text: String) {
        #expect(WireAudioReader.bytes(text) == nil)
    }

    @Test("a sample that is split between two events is whole again")
    func splitSample() {
        let bytes = (0..<960).flatMap { index -> [UInt8] in
            let sample = Int16(index % 2 == 0 ? 9_000 : -7_000)
            return [UInt8(truncatingIfNeeded: sample), UInt8(truncatingIfNeeded: sample >> 8)]
        }
        var whole: [Float] = []
        var reader = WireAudioReader(.pcm)
        reader.read(bytes[...], into: &whole)
        var parts: [Float] = []
        var other = WireAudioReader(.pcm)
        other.read(bytes[..<333], into: &parts)
        other.read(bytes[333...], into: &parts)
        #expect(whole == parts)
        #expect(whole.count == 640)
    }

    @Test("20 ms of telephone sound become 20 ms at 16 kHz, a constant stays a constant")
    func telephone() {
        var samples: [Float] = []
        var reader = WireAudioReader(.g711(.muLaw))
        reader.read([UInt8](repeating: G711.muLaw.encode(16_000), count: 1_600)[...], into: &samples)
        #expect(samples.count == 3_200)
        let expected = Float(G711.muLaw.decode(G711.muLaw.encode(16_000))) / 32_768
        #expect(samples.suffix(1_000).allSatisfy { abs($0 - expected) < 0.001 })
    }

    @Test("speech is written as little-endian PCM, or as a third of the samples in G.711")
    func writing() {
        var pcm = WireAudioWriter(.pcm)
        #expect(pcm.write([1, -2]) == "AQD+/w==")
        var telephone = WireAudioWriter(.g711(.aLaw))
        let bytes = WireAudioReader.bytes(telephone.write([Int16](repeating: 8_000, count: 4_800)))
        #expect(bytes?.count == 1_600)
        #expect(bytes?.last == G711.aLaw.encode(8_000))
    }
}
