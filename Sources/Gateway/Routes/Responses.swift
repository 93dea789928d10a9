import HTTPTypes
import Hummingbird
import InterviewCore
import NIOCore
import ServerEdge

extension Response {
    /// A JSON answer that no cache keeps.
    static func json(_ body: some Encodable, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]) -> Response {
        var headers = headers
        headers[.contentType] = "application/json; charset=utf-8"
        headers[.cacheControl] = "no-store"
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: JSONText.encode(body))))
    }

    /// A text answer that no cache keeps.
    static func text(_ body: String, contentType: String, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]) -> Response {
        var headers = headers
        headers[.contentType] = contentType
        headers[.cacheControl] = "no-store"
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: body)))
    }
}

extension RequestContext {
    /// An id in the path. One that is not well formed is an id of nothing: 404, like any unknown one.
    func identifier<ID: RawRepresentable<String>>(_ name: String, as type: ID.Type = ID.self) throws -> ID {
        guard let text = self.parameters.get(name), let id = ID(rawValue: text) else { throw EdgeError.notFound }
        return id
    }
}
