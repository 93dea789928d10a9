/// A read-only map from byte strings to 32-bit numbers in four flat arrays: about 20 bytes per entry and no object per key, against
/// some 100 bytes in a `Dictionary<String, …>`.
///
/// Fill it with `appendKey` and `commit`, then call `index()` once; of equal keys the last one counts, as in JSON.
struct ByteKeyTable: Sendable {
    private var keys: [UInt8] = []
    private var ends: [UInt32] = []
    private var values: [UInt32] = []
    /// Open addressing: entry number + 1, 0 = free. At most three quarters are taken, so a search ends.
    private var slots: [UInt32] = [0]
    private var mask = 0
    /// Also true of letters and the apostrophe, whose case and endings the look-up varies.
    private var occursInKeys = [Bool](repeating: false, count: 256)
    private var longestKey = 0

    var count: Int { ends.count }

    /// Hands out the buffer of keys: append the bytes of one key, then `commit`.
    mutating func appendKey<Failure: Error>(_ body: (inout [UInt8]) throws(Failure) -> Void) throws(Failure) {
        try body(&keys)
    }

    /// Ends the key that was appended.
    mutating func commit(value: UInt32) {
        ends.append(UInt32(truncatingIfNeeded: keys.count))
        values.append(value)
    }

    /// Builds the hash index over all entries and drops spare capacity.
    mutating func index() {
        keys = Array(keys)
        ends = Array(ends)
        values = Array(values)
        var capacity = 16
        while capacity * 3 < ends.count * 4 { capacity *= 2 }
        mask = capacity - 1
        var slots = [UInt32](repeating: 0, count: capacity)
        for letter in UInt8(ascii: "a")...UInt8(ascii: "z") {
            occursInKeys[Int(letter)] = true
            occursInKeys[Int(letter) - 0x20] = true
        }
        occursInKeys[Int(UInt8(ascii: "'"))] = true
        for byte in keys { occursInKeys[Int(byte)] = true }
        for entry in ends.indices { longestKey = max(longestKey, range(of: entry).count) }
        keys.withUnsafeBufferPointer { keys in
            for entry in ends.indices {
                let key = UnsafeBufferPointer(rebasing: keys[range(of: entry)])
                var slot = Self.hash(key) & mask
                while slots[slot] != 0, !key.elementsEqual(keys[range(of: Int(slots[slot]) - 1)]) {
                    slot = (slot + 1) & mask
                }
                slots[slot] = UInt32(entry) + 1
            }
        }
        self.slots = slots
    }

    private func range(of entry: Int) -> Range<Int> {
        (entry == 0 ? 0 : Int(ends[entry - 1]))..<Int(ends[entry])
    }

    /// FNV-1a, 64 bits, upper half folded in. Keys come from a data file that we ship, so flooding is no concern.
    private static func hash(_ key: UnsafeBufferPointer<UInt8>) -> Int {
        var value: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in key { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return Int(truncatingIfNeeded: (value ^ (value >> 32)) & 0x7FFF_FFFF)
    }

    /// False when a text is longer than every key by more than `slack` bytes, or has a byte that is neither
    /// a letter nor an apostrophe and that no key has.
    func mayContain(_ text: String, slack: Int) -> Bool {
        text.utf8.count <= longestKey + slack && text.utf8.allSatisfy { occursInKeys[Int($0)] }
    }

    func value(for key: UnsafeBufferPointer<UInt8>) -> UInt32? {
        var slot = Self.hash(key) & mask
        while slots[slot] != 0 {
            let entry = Int(slots[slot]) - 1
            let range = range(of: entry)
            if range.count == key.count, keys[range].elementsEqual(key) { return values[entry] }
            slot = (slot + 1) & mask
        }
        return nil
    }

    func value(for key: String) -> UInt32? {
        var key = key
        return key.withUTF8 { value(for: $0) }
    }

    func value(for key: [UInt8]) -> UInt32? {
        key.withUnsafeBufferPointer { value(for: $0) }
    }
}
