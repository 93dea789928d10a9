import Foundation

/// Discrete Fourier transforms of four complex sequences at once, for lengths that are products of 2, 3, 4 and 5.
///
/// Stockham's form of the mixed-radix algorithm: each pass reads one buffer and writes the other in the order that the
/// next pass wants, so nothing has to be sorted at the end. Twiddle factors are computed once.
final class FourierTransform: Sendable {
    let length: Int
    private let passes: [Pass]

    private struct Pass: Sendable {
        let radix: Int
        /// Distance of the elements of one butterfly, in blocks.
        let groups: Int
        /// Product of the radices of the passes before.
        let stride: Int
        /// e^(−2πi p k / n) for k = 1 ..< radix of each group p, real and imaginary part in turn.
        let twiddles: [Float]
    }

    /// - Parameter radices: each 2, 3, 4 or 5; their product is the length.
    init(radices: [Int]) {
        precondition(radices.allSatisfy { (2...5).contains($0) })
        length = radices.reduce(1, *)
        var remaining = length
        var stride = 1
        var passes: [Pass] = []
        for radix in radices {
            let groups = remaining / radix
            var twiddles: [Float] = []
            for group in 0..<groups {
                for k in 1..<radix {
                    let angle = -2 * Double.pi * Double(group * k) / Double(remaining)
                    twiddles.append(Float(cos(angle)))
                    twiddles.append(Float(sin(angle)))
                }
            }
            passes.append(Pass(radix: radix, groups: groups, stride: stride, twiddles: twiddles))
            remaining = groups
            stride *= radix
        }
        self.passes = passes
    }

    /// A sequence of complex numbers, four of them side by side.
    struct Buffer {
        let real: UnsafeMutablePointer<Lanes>
        let imaginary: UnsafeMutablePointer<Lanes>

        /// Real and imaginary part exchanged: turns the transform into its inverse (without the factor 1/length).
        var exchanged: Buffer { Buffer(real: imaginary, imaginary: real) }
    }

    /// Transforms `data`.
    ///
    /// - Parameter scratch: as long as `data`; overwritten.
    /// - Returns: the buffer that holds the result: `data` or `scratch`.
    func transform(_ data: Buffer, scratch: Buffer) -> Buffer {
        var from = data
        var to = scratch
        for pass in passes {
            pass.twiddles.withUnsafeBufferPointer { twiddles in
                switch pass.radix {
                case 2: Self.pass2(pass, twiddles, from, to)
                case 3: Self.pass3(pass, twiddles, from, to)
                case 4: Self.pass4(pass, twiddles, from, to)
                default: Self.pass5(pass, twiddles, from, to)
                }
            }
            swap(&from, &to)
        }
        return from
    }

    private struct Complex {
        var re: Lanes
        var im: Lanes

        @inline(__always)
        init(_ re: Lanes, _ im: Lanes) { (self.re, self.im) = (re, im) }

        @inline(__always)
        init(_ buffer: Buffer, _ index: Int) { (re, im) = (buffer.real[index], buffer.imaginary[index]) }

        @inline(__always)
        static func + (a: Self, b: Self) -> Self { Self(a.re + b.re, a.im + b.im) }
        @inline(__always)
        static func - (a: Self, b: Self) -> Self { Self(a.re - b.re, a.im - b.im) }
        @inline(__always)
        static func * (a: Self, b: Float) -> Self { Self(a.re * b, a.im * b) }
        /// Times −i.
        @inline(__always)
        var turnedBack: Self { Self(im, -re) }

        /// Stored after multiplication with a twiddle factor.
        @inline(__always)
        func store(_ buffer: Buffer, _ index: Int, _ cosine: Float, _ sine: Float) {
            buffer.real[index] = re * cosine - im * sine
            buffer.imaginary[index] = re * sine + im * cosine
        }

        @inline(__always)
        func store(_ buffer: Buffer, _ index: Int) {
            buffer.real[index] = re
            buffer.imaginary[index] = im
        }
    }

    private static func pass2(_ pass: Pass, _ w: UnsafeBufferPointer<Float>, _ x: Buffer, _ y: Buffer) {
        let s = pass.stride
        let m = pass.groups
        for p in 0..<m {
            for q in 0..<s {
                let a = Complex(x, q + s * p)
                let b = Complex(x, q + s * (p + m))
                (a + b).store(y, q + s * 2 * p)
                (a - b).store(y, q + s * (2 * p + 1), w[2 * p], w[2 * p + 1])
            }
        }
    }

    private static func pass3(_ pass: Pass, _ w: UnsafeBufferPointer<Float>, _ x: Buffer, _ y: Buffer) {
        let s = pass.stride
        let m = pass.groups
        let half: Float = 0.866_025_4
        for p in 0..<m {
            let t = 4 * p
            for q in 0..<s {
                let a = Complex(x, q + s * p)
                let b = Complex(x, q + s * (p + m))
                let c = Complex(x, q + s * (p + 2 * m))
                let sum = b + c
                let middle = a - sum * 0.5
                let difference = (b - c).turnedBack * half
                (a + sum).store(y, q + s * 3 * p)
                (middle + difference).store(y, q + s * (3 * p + 1), w[t], w[t + 1])
                (middle - difference).store(y, q + s * (3 * p + 2), w[t + 2], w[t + 3])
            }
        }
    }

    private static func pass4(_ pass: Pass, _ w: UnsafeBufferPointer<Float>, _ x: Buffer, _ y: Buffer) {
        let s = pass.stride
        let m = pass.groups
        for p in 0..<m {
            let t = 6 * p
            for q in 0..<s {
                let a = Complex(x, q + s * p)
                let b = Complex(x, q + s * (p + m))
                let c = Complex(x, q + s * (p + 2 * m))
                let d = Complex(x, q + s * (p + 3 * m))
                let evenSum = a + c
                let evenDifference = a - c
                let oddSum = b + d
                let oddDifference = (b - d).turnedBack
                (evenSum + oddSum).store(y, q + s * 4 * p)
                (evenDifference + oddDifference).store(y, q + s * (4 * p + 1), w[t], w[t + 1])
                (evenSum - oddSum).store(y, q + s * (4 * p + 2), w[t + 2], w[t + 3])
                (evenDifference - oddDifference).store(y, q + s * (4 * p + 3), w[t + 4], w[t + 5])
            }
        }
    }

    private static func pass5(_ pass: Pass, _ w: UnsafeBufferPointer<Float>, _ x: Buffer, _ y: Buffer) {
        let s = pass.stride
        let m = pass.groups
        // Cosine and sine of 72° and 144°.
        let (c1, s1, c2, s2): (Float, Float, Float, Float) = (0.309_017, 0.951_056_5, -0.809_017, 0.587_785_25)
        for p in 0..<m {
            let t = 8 * p
            for q in 0..<s {
                let a = Complex(x, q + s * p)
                let b = Complex(x, q + s * (p + m))
                let c = Complex(x, q + s * (p + 2 * m))
                let d = Complex(x, q + s * (p + 3 * m))
                let e = Complex(x, q + s * (p + 4 * m))
                let outer = b + e
                let inner = c + d
                let outerTurned = (b - e).turnedBack
                let innerTurned = (c - d).turnedBack
                let first = a + outer * c1 + inner * c2
                let second = a + outer * c2 + inner * c1
                let firstTurned = outerTurned * s1 + innerTurned * s2
                let secondTurned = outerTurned * s2 - innerTurned * s1
                (a + outer + inner).store(y, q + s * 5 * p)
                (first + firstTurned).store(y, q + s * (5 * p + 1), w[t], w[t + 1])
                (second + secondTurned).store(y, q + s * (5 * p + 2), w[t + 2], w[t + 3])
                (second - secondTurned).store(y, q + s * (5 * p + 3), w[t + 4], w[t + 5])
                (first - firstTurned).store(y, q + s * (5 * p + 4), w[t + 6], w[t + 7])
            }
        }
    }
}
