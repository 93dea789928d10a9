import Testing

@testable import VoiceMedia

@Suite("Sentence cache")
struct SentenceCacheTests {
    private static func key(_ number: Int, speed: Float = 1) -> SentenceCache.Key {
        SentenceCache.Key(sentence: "sentence \(number)", voice: "heart", speed: speed)
    }

    @Test("sentences come back, each speed by itself")
    func hit() {
        let cache = SentenceCache()
        cache.insert([1, 2], for: Self.key(1))
        #expect(cache.samples(for: Self.key(1)) == [1, 2])
        #expect(cache.samples(for: Self.key(1, speed: 0.9)) == nil)
    }

    @Test("beyond the number of sentences the least recently used goes")
    func count() {
        let cache = SentenceCache()
        for number in 0..<SentenceCache.sentenceLimit { cache.insert([Int16(number)], for: Self.key(number)) }
        #expect(cache.samples(for: Self.key(0)) != nil)
        cache.insert([0], for: Self.key(1_000))
        #expect(cache.count == SentenceCache.sentenceLimit)
        #expect(cache.samples(for: Self.key(0)) != nil)
        #expect(cache.samples(for: Self.key(1)) == nil)
    }

    @Test("beyond the number of bytes the least recently used goes, and a giant is not kept")
    func bytes() {
        let cache = SentenceCache()
        let half = [Int16](repeating: 0, count: SentenceCache.byteLimit / 4)
        for number in 0..<3 { cache.insert(half, for: Self.key(number)) }
        #expect(cache.samples(for: Self.key(0)) == nil)
        #expect(cache.samples(for: Self.key(2)) != nil)
        cache.insert([Int16](repeating: 0, count: SentenceCache.byteLimit / 2 + 1), for: Self.key(9))
        #expect(cache.samples(for: Self.key(9)) == nil)
        #expect(cache.count == 2)
    }

    @Test("a sentence that is stored again is counted once")
    func again() {
        let cache = SentenceCache()
        let half = [Int16](repeating: 0, count: SentenceCache.byteLimit / 4)
        for _ in 0..<5 { cache.insert(half, for: Self.key(1)) }
        cache.insert(half, for: Self.key(2))
        #expect(cache.count == 2)
    }
}
