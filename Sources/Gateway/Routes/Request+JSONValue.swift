import Hummingbird
import RealtimeProtocol
import ServerEdge

extension Request {
    /// The whole body as a JSON value of any form.
    ///
    /// For this type the compiler takes this function and not the one for every type: a `JSONValue` is read directly, where a decoder
    /// would have to guess the kind of each element, at the price of the guesses.
    ///
    /// - Throws: ``EdgeError`` 413 `payload_too_large`, 400 `invalid_request`.
    func decodeJSON(_ type: JSONValue.Type, upTo limit: Int) async throws -> JSONValue {
        let text = try await self.collectText(upTo: limit)
        do {
            return try RealtimeCoding.decode(type, from: text)
        } catch {
            throw EdgeError(CommonErrorCode.invalidRequest, message: "The body is not valid JSON.", cause: error)
        }
    }
}
