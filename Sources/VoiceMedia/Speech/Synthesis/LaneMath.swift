/// Four numbers that are worked on at once: the same bin of four neighbouring frames, or four neighbouring samples.
typealias Lanes = SIMD4<Float>

/// Elementary functions on four numbers at once.
///
/// The functions of the C library work on one number and would take longer than the network does. Errors are a few units
/// in the seventh digit, far below the noise of 16-bit audio; the tests compare with the C library.
enum LaneMath {
    /// 1.5 · 2²³: adding it to a small number rounds that to a whole one, which then stands in the lowest bits.
    private static let rounder = Lanes(repeating: 12_582_912)

    @inline(__always)
    static func select(_ mask: SIMDMask<SIMD4<Int32>>, _ yes: Lanes, _ no: Lanes) -> Lanes {
        no.replacing(with: yes, where: mask)
    }

    /// e^x. Exact range: −87 to 87; outside it the nearer end is taken.
    @inline(__always)
    static func exp(_ x: Lanes) -> Lanes {
        let low = Lanes(repeating: -87)
        let high = Lanes(repeating: 87)
        let limited = select(x .< low, low, select(x .> high, high, x))
        let shifted = limited * 1.442_695_04 + rounder
        let whole = shifted - rounder
        // ln 2 in two parts, so that nothing is lost in the difference.
        let rest = limited - whole * 0.693_359_375 + whole * 2.121_944_4e-4
        // Polynomial of the Cephes library's expf.
        var polynomial = rest * 1.987_569_1e-4 + 1.398_199_95e-3
        polynomial = polynomial * rest + 8.333_452e-3
        polynomial = polynomial * rest + 4.166_579_6e-2
        polynomial = polynomial * rest + 0.166_666_65
        polynomial = polynomial * rest + 0.500_000_01
        let mantissa = polynomial * rest * rest + rest + 1
        let exponent = unsafeBitCast(shifted, to: SIMD4<Int32>.self) &- 0x4B40_0000
        return mantissa * unsafeBitCast((exponent &+ 127) &<< 23, to: Lanes.self)
    }

    /// tanh x.
    @inline(__always)
    static func tanh(_ x: Lanes) -> Lanes {
        1 - 2 / (exp(2 * x) + 1)
    }

    /// Cosine and sine of an angle given in turns (1 = 2π). Exact for angles up to some hundred turns.
    @inline(__always)
    static func cosineAndSine(turns: Lanes) -> (cosine: Lanes, sine: Lanes) {
        // Quarter turns, and what is left: −1/8 to 1/8 of a turn.
        let shifted = turns * 4 + rounder
        let quarter = unsafeBitCast(shifted, to: SIMD4<Int32>.self)
        let angle = (turns - (shifted - rounder) * 0.25) * 6.283_185_3
        let square = angle * angle
        // Polynomials of the Cephes library's sinf and cosf on −π/4 to π/4.
        var sine = square * -1.951_529_6e-4 + 8.332_161e-3
        sine = sine * square - 0.166_666_55
        sine = sine * square * angle + angle
        var cosine = square * 2.443_315_7e-5 - 1.388_731_6e-3
        cosine = cosine * square + 4.166_664_6e-2
        cosine = cosine * square * square - square * 0.5 + 1
        let swapped = (quarter & 1) .!= 0
        let sineSign = unsafeBitCast((quarter & 2) &<< 30, to: SIMD4<UInt32>.self)
        let cosineSign = unsafeBitCast(((quarter &+ 1) & 2) &<< 30, to: SIMD4<UInt32>.self)
        return (
            negated(select(swapped, sine, cosine), sign: cosineSign), negated(select(swapped, cosine, sine), sign: sineSign)
        )
    }

    @inline(__always)
    private static func negated(_ x: Lanes, sign: SIMD4<UInt32>) -> Lanes {
        unsafeBitCast(unsafeBitCast(x, to: SIMD4<UInt32>.self) ^ sign, to: Lanes.self)
    }
}
