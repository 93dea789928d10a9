/// Percentiles by nearest rank: the smallest value that at least a share of the values does not exceed.
public enum Percentile {
    /// - Parameters:
    ///   - share: 0…1.
    ///   - values: in any order.
    /// - Returns: nil without values.
    public static func of(_ values: [Double], _ share: Double) -> Double? {
        guard !values.isEmpty else { return nil }
        let sorted = values.sorted()
        let rank = Int((min(max(share, 0), 1) * Double(sorted.count)).rounded(.up))
        return sorted[min(max(rank, 1), sorted.count) - 1]
    }
}
