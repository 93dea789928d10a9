/// Converts a stream between sample rates, chunk by chunk, without a seam between chunks.
///
/// A polyphase filter: in thought, zeros go between the samples until the common multiple of both rates is reached, a low-pass takes
/// away what the slower rate cannot carry, and only the samples of the new rate are kept; in deed, only the products that count are
/// made. The low-pass is a sinc under a Kaiser window. From 24 to 16 kHz the result lags 1.5 ms behind the input, its passband ends
/// at 7.1 kHz, and from 8.9 kHz on (which would come back as a tone below 7.1 kHz) nothing louder than −70 dB remains; the other
/// conversions scale with the slower rate.
public struct StreamingResampler: Sendable {
    /// The pairs of rates of the Realtime API's formats and the speech models.
    public enum Conversion: Sendable {
        /// PCM input to the recogniser.
        case from24to16
        /// G.711 input to the recogniser.
        case from8to16
        /// Speech output to G.711.
        case from24to8

        /// The input rate times this is the common multiple of the rates.
        var up: Int {
            switch self {
            case .from24to16, .from8to16: 2
            case .from24to8: 1
            }
        }

        /// The output rate times this is the common multiple of the rates.
        var down: Int {
            switch self {
            case .from24to16, .from24to8: 3
            case .from8to16: 1
            }
        }

        fileprivate var phases: [[Float]] {
            switch self {
            case .from24to16: Self.phases24to16
            case .from8to16: Self.phases8to16
            case .from24to8: Self.phases24to8
            }
        }

        // Once per process.
        private static let phases24to16 = StreamingResampler.makePhases(up: 2, down: 3)
        private static let phases8to16 = StreamingResampler.makePhases(up: 2, down: 1)
        private static let phases24to8 = StreamingResampler.makePhases(up: 1, down: 3)
    }

    /// Coefficients of one phase. A multiple of 8 for the vector unit.
    static let taps = 72
    /// Shape of the Kaiser window: 75 dB of stopband attenuation.
    private static let kaiserShape = 7.3

    /// The filter: for each phase its coefficients, the one for the oldest sample first.
    private static func makePhases(up: Int, down: Int) -> [[Float]] {
        let count = up * taps
        let middle = Double(count - 1) / 2
        let coefficients = (0..<count).map { index -> Double in
            let x = (Double(index) - middle) / Double(max(up, down))
            let ratio = (Double(index) - middle) / middle
            let window = besselI0(kaiserShape * (1 - ratio * ratio).squareRoot()) / besselI0(kaiserShape)
            return sinc(x) * window
        }
        // Gain 1 at 0 Hz, for each phase by itself: no tone at half the rate from a constant input.
        return (0..<up).map { phase in
            let own = stride(from: phase, to: count, by: up).map { coefficients[$0] }
            let sum = own.reduce(0, +)
            return own.reversed().map { Float($0 / sum) }
        }
    }

    private let up: Int
    private let down: Int
    private let phases: [[Float]]
    /// The last samples of the input so far, as many as the filter reaches back, then what is added.
    private var history = [Float](repeating: 0, count: StreamingResampler.taps - 1)
    /// Place of the next output at the common multiple of the rates, counted from the first sample that is not history yet.
    private var place = 0

    public init(_ conversion: Conversion = .from24to16) {
        up = conversion.up
        down = conversion.down
        phases = conversion.phases
    }

    /// Converts the next chunk.
    ///
    /// - Parameters:
    ///   - samples: mono at the input rate, any number. 20 ms give exactly 20 ms.
    ///   - output: samples at the output rate in [-1, 1] are appended.
    public mutating func process(_ samples: UnsafeBufferPointer<Int16>, into output: inout [Float]) {
        history.reserveCapacity(history.count + samples.count)
        for sample in samples { history.append(Float(sample) * (1 / 32_768)) }
        history.withUnsafeBufferPointer { history in
            let end = up * samples.count
            output.reserveCapacity(output.count + (end - place + down - 1) / down)
            while place < end {
                let newest = place / up + Self.taps - 1
                let sum = phases[place % up].withUnsafeBufferPointer { Self.product($0, history, from: newest - (Self.taps - 1)) }
                output.append(min(max(sum, -1), 1))
                place += down
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
