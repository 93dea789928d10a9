/// Audio on its way from the decoder's thread to the session: bounded, the oldest is dropped first.
///
/// Dropped samples are counted and given back as a number, so that the reader can keep audio time true.
struct InputRing {
    /// 2 s at 24 kHz. A session that is that late is in trouble anyway.
    static let capacity = 48_000

    private var storage = [Int16](repeating: 0, count: capacity)
    private var head = 0
    private(set) var count = 0
    /// Samples dropped since the last read.
    private var dropped = 0

    mutating func write(_ samples: UnsafeBufferPointer<Int16>) {
        for sample in samples { push(sample) }
    }

    mutating func writeSilence(_ count: Int) {
        for _ in 0..<count { push(0) }
    }

    /// Takes everything.
    mutating func read(into samples: inout [Int16]) -> (dropped: Int, count: Int) {
        let first = min(count, Self.capacity - head)
        samples.append(contentsOf: storage[head..<(head + first)])
        samples.append(contentsOf: storage[0..<(count - first)])
        defer {
            head = 0
            count = 0
            dropped = 0
        }
        return (dropped, count)
    }

    private mutating func push(_ sample: Int16) {
        if count == Self.capacity {
            head = (head + 1) % Self.capacity
            count -= 1
            dropped += 1
        }
        storage[(head + count) % Self.capacity] = sample
        count += 1
    }
}
