import Foundation
import Testing

@testable import VoiceMedia

@Suite("Elementary functions on four numbers")
struct LaneMathTests {
    private static let places = stride(from: -20.0, through: 20, by: 0.0137).map { Float($0) }

    @Test("the exponential function has six right digits")
    func exponential() {
        for x in Self.places + [-86, 80] {
            let expected = Foundation.exp(Double(x))
            #expect(abs(Double(LaneMath.exp(Lanes(repeating: x))[2]) - expected) <= 2e-6 * expected)
        }
        #expect(LaneMath.exp(Lanes(-1_000, 1_000, -100, 0))[0] < 1e-37)
        #expect(LaneMath.exp(Lanes(-1_000, 1_000, -100, 0))[1].isFinite)
    }

    @Test("the hyperbolic tangent is right to a millionth")
    func tangent() {
        for x in Self.places + [-500, 500] {
            #expect(abs(Double(LaneMath.tanh(Lanes(repeating: x))[1]) - Foundation.tanh(Double(x))) < 1e-6)
        }
    }

    @Test("cosine and sine are right to a millionth, in every quadrant and far from zero")
    func cosineAndSine() {
        for turns in Self.places + [100.3, -250.7] {
            let found = LaneMath.cosineAndSine(turns: Lanes(repeating: turns))
            let angle = 2 * Double.pi * Double(turns)
            #expect(abs(Double(found.cosine[3]) - cos(angle)) < 1e-6)
            #expect(abs(Double(found.sine[3]) - sin(angle)) < 1e-6)
        }
    }
}
