import Foundation
import Testing

@testable import VoiceMedia

@Suite("Fourier transform")
struct FourierTransformTests {
    private static func transform(_ radices: [Int], _ re: [Lanes], _ im: [Lanes]) -> (re: [Lanes], im: [Lanes]) {
        let transform = FourierTransform(radices: radices)
        let count = transform.length
        let memory = UnsafeMutablePointer<Lanes>.allocate(capacity: 4 * count)
        memory.initialize(repeating: Lanes(), count: 4 * count)
        defer { memory.deallocate() }
        let data = FourierTransform.Buffer(real: memory, imaginary: memory + count)
        for index in 0..<count { (data.real[index], data.imaginary[index]) = (re[index], im[index]) }
        let result = transform.transform(data, scratch: .init(real: memory + 2 * count, imaginary: memory + 3 * count))
        return ((0..<count).map { result.real[$0] }, (0..<count).map { result.imaginary[$0] })
    }

    @Test(
        "it equals the definition, in every lane",
        arguments: [[2], [3], [4], [5], [2, 3], [4, 4], [5, 3, 2], [3, 5, 5], [4, 4, 3, 5, 5], [5, 5, 3, 4, 4]]
    )
    func definition(radices: [Int]) {
        let count = radices.reduce(1, *)
        var generator = SplitMix64(state: 42)
        func lanes() -> Lanes { Lanes((0..<4).map { _ in Float(2 * generator.unit() - 1) }) }
        let re = (0..<count).map { _ in lanes() }
        let im = (0..<count).map { _ in lanes() }
        let found = Self.transform(radices, re, im)
        var error = 0.0
        // Every 7th bin, and with it every residue of the radices.
        for bin in stride(from: 0, to: count, by: count > 100 ? 7 : 1) {
            for lane in 0..<4 {
                var (sumRe, sumIm) = (0.0, 0.0)
                for n in 0..<count {
                    let angle = -2 * Double.pi * Double(bin * n % count) / Double(count)
                    sumRe += Double(re[n][lane]) * cos(angle) - Double(im[n][lane]) * sin(angle)
                    sumIm += Double(re[n][lane]) * sin(angle) + Double(im[n][lane]) * cos(angle)
                }
                error = max(error, abs(sumRe - Double(found.re[bin][lane])), abs(sumIm - Double(found.im[bin][lane])))
            }
        }
        #expect(error < 1e-5 * Double(count).squareRoot() * 4)
    }

    @Test("exchanging real and imaginary part before and after inverts it")
    func inverse() {
        let count = 1_200
        var generator = SplitMix64(state: 1)
        let re = (0..<count).map { _ in Lanes(repeating: Float(generator.unit())) }
        let im = (0..<count).map { _ in Lanes(repeating: Float(generator.unit())) }
        let there = Self.transform([4, 4, 3, 5, 5], re, im)
        let back = Self.transform([4, 4, 3, 5, 5], there.im, there.re)
        for index in 0..<count {
            #expect(abs(back.im[index][0] / Float(count) - re[index][0]) < 1e-5)
            #expect(abs(back.re[index][0] / Float(count) - im[index][0]) < 1e-5)
        }
    }
}
