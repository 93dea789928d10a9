import Testing
import VivaTestKit

@Suite struct PercentileTests {
    @Test("a percentile is one of the values: the smallest that enough of them do not exceed")
    func nearestRank() {
        let values = [50.0, 10, 40, 20, 30]
        #expect(Percentile.of(values, 0.5) == 30)
        #expect(Percentile.of(values, 0.95) == 50)
        #expect(Percentile.of(values, 0.2) == 10)
        #expect(Percentile.of(values, 0.21) == 20)
    }

    @Test("without values there is none, and shares out of range are taken to the nearest end")
    func edges() {
        #expect(Percentile.of([], 0.5) == nil)
        #expect(Percentile.of([1, 2], -1) == 1)
        #expect(Percentile.of([1, 2], 2) == 2)
    }
}
