import Foundation

/// Gaussian noise of unit variance that is the same in every run: the same text gives the same samples.
///
/// Numbers come from a table, read at places that a small generator picks. A fresh logarithm and cosine per number would
/// take as long as the rest of the signal processing.
struct SeededNoise {
    private static let size = 1 << 16
    /// One table for the process; a few more numbers at the end let four neighbours be read from any place.
    private static let table: [Float] = {
        var generator = SplitMix64(state: 0x5649_5641)
        var numbers: [Float] = []
        numbers.reserveCapacity(size + 4)
        while numbers.count < size {
            // Box and Muller's method. The radius' argument is in (0, 1].
            let radius = sqrt(-2 * log(1 - generator.unit()))
            let angle = 2 * Double.pi * generator.unit()
            numbers.append(Float(radius * cos(angle)))
            numbers.append(Float(radius * sin(angle)))
        }
        return numbers + numbers.prefix(4)
    }()

    private let table = Self.table
    private var generator = SplitMix64(state: 1)

    /// Four numbers.
    @inline(__always)
    mutating func next() -> Lanes {
        let place = Int(truncatingIfNeeded: generator.next() & UInt64(Self.size - 1))
        return table.withUnsafeBufferPointer { Lanes($0[place], $0[place + 1], $0[place + 2], $0[place + 3]) }
    }
}
