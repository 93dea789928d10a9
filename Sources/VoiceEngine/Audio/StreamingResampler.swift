/// Converts a stream from 24 kHz to 16 kHz, chunk by chunk, without a seam between chunks.
///
/// A polyphase filter with the ratio 2/3: in thought, a zero goes between every two samples (48 kHz), a low-pass at 8 kHz
/// takes away what 16 kHz cannot carry, and every third sample is kept; in deed, only the products that count are made.
/// The low-pass is a sinc under a Kaiser window. The result lags 1.5 ms behind the input.
///
/// The passband ends at 7.1 kHz; from 8.9 kHz on (which would come back as a tone below 7.1 kHz) nothing louder than
/// −70 dB remains.
public struct StreamingResampler: Sendable {
    /// Coefficients of one phase; the filter has twice as many. A multiple of 8 for the vector unit.
    static let taps = 72
    /// Shape of the Kaiser window: 75 dB of stopband attenuation.
    private static let kaiserShape = 7.3

    /// The filter, once per process: for each of the two phases its coefficients, the one for the oldest sample first.
    private static let phases: [[Float]] = {
        let count = 2 * taps
        let middle = Double(count - 1) / 2
        let coefficients = (0..<count).map { index -> Double in
            let x = (Double(index) - middle) / 3
            let ratio = (Double(index) - middle) / middle
            let window = besselI0(kaiserShape * (1 - ratio * ratio).squareRoot()) / besselI0(kaiserShape)
            return sinc(x) * window
        }
        // Gain 1 at 0 Hz, for both phases by itself: no tone at half the rate from a constant input.
        return (0..<2).map { phase in
            let own = stride(from: phase, to: count, by: 2).map { coefficients[$0] }
            let sum = own.reduce(0, +)
            return own.reversed().map { Float($0 / sum) }
        }
    }()

    /// The last samples of the input so far, as many as the filter reaches back, then what is added.
    private var history = [Float](repeating: 0, count: StreamingResampler.taps - 1)
    /// Place of the next output at 48 kHz, counted from the first sample that is not history yet.
    private var place = 0

    public init() {}

    /// Converts the next chunk.
    ///
    /// - Parameters:
    ///   - samples: 24 kHz mono, any number. 480 samples (20 ms) give exactly 320.
    ///   - output: 16 kHz samples in [-1, 1] are appended.
    public mutating func process(_ samples: UnsafeBufferPointer<Int16>, into output: inout [Float]) {
        history.reserveCapacity(history.count + samples.count)
        for sample in samples { history.append(Float(sample) * (1 / 32_768)) }
        history.withUnsafeBufferPointer { history in
            let end = 2 * samples.count
            output.reserveCapacity(output.count + (end - place + 2) / 3)
            while place < end {
                let newest = place / 2 + Self.taps - 1
                let sum = Self.phases[place & 1].withUnsafeBufferPointer { Self.product($0, history, from: newest - (Self.taps - 1)) }
                output.append(min(max(sum, -1), 1))
                place += 3
            }
            place -= end
        }
        history.removeFirst(samples.count)
    }

    /// Converts the next chunk.
    public mutating func process(_ samples: [Int16]) -> [Float] {
        var output: [Float] = []
        samples.withUnsafeBufferPointer { process($0, into: &output) }
        return output
    }

    private static func product(_ coefficients: UnsafeBufferPointer<Float>, _ samples: UnsafeBufferPointer<Float>, from start: Int) -> Float
    {
        var sum = SIMD8<Float>()
        var index = 0
        while index < taps {
            var (a, b) = (SIMD8<Float>(), SIMD8<Float>())
            for lane in 0..<8 {
                a[lane] = coefficients[index + lane]
                b[lane] = samples[start + index + lane]
            }
            sum += a * b
            index += 8
        }
        return sum.sum()
    }

    /// sin(πx) / πx. The standard library has no sine of a Double: a series does, the filter is computed once.
    private static func sinc(_ x: Double) -> Double {
        // sin(πx) repeats every two; within half a turn of zero the series needs few terms.
        let whole = x.rounded()
        let angle = (x - whole) * .pi
        var term = angle
        var sine = angle
        for step in 1...12 {
            term *= -angle * angle / Double(2 * step * (2 * step + 1))
            sine += term
        }
        let sign: Double = Int(whole) % 2 == 0 ? 1 : -1
        return x == 0 ? 1 : sign * sine / (.pi * x)
    }

    /// Modified Bessel function of the first kind, order 0 (its power series).
    private static func besselI0(_ x: Double) -> Double {
        var term = 1.0
        var sum = 1.0
        for step in 1...60 {
            term *= (x / 2 / Double(step)) * (x / 2 / Double(step))
            sum += term
        }
        return sum
    }
}
