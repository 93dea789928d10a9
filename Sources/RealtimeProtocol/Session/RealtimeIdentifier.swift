/// Makes identifiers of the form that the API uses: a prefix and 21 base62 characters (125 bits).
/// Readers treat all identifiers as opaque. Randomness is an argument.
public enum RealtimeIdentifier: String, Sendable {
    case event = "event_"
    case item = "item_"
    case response = "resp_"
    case conversation = "conv_"
    case session = "sess_"
    case call = "rtc_"

    /// The random part. A call and its session share it.
    public static func suffix(using generator: inout some RandomNumberGenerator) -> String {
        let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
        return String((0..<21).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &generator)] })
    }

    public func make(using generator: inout some RandomNumberGenerator) -> String {
        rawValue + Self.suffix(using: &generator)
    }
}
