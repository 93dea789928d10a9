import Foundation
import InterviewCore
import Testing
import VivaTestKit

@testable import Gateway

@Suite("pages and assets", .timeLimit(.minutes(2)))
struct PageTests {
    @Test("every file of the front end is served, and nothing else")
    func table() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../../Sources/Gateway/Web/Assets").standardizedFileURL
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { !$0.hasSuffix(".html") && !$0.hasPrefix(".") }
        #expect(Set(files) == Set(EmbeddedAssets.files.map(\.name)))
    }

    @Test("the room carries its data escaped in attributes, under a policy without inline scripts")
    func room() async throws {
        let plan = try InterviewPlan(
            checking: InterviewPlanDraft(
                id: "p",
                title: #"A "quoted" <b>title</b>"#,
                role: "R&D",
                questions: [InterviewPlanDraft.Question(text: "How are you?")]
            )
        )
        try await GatewayHarness.run(plan: plan) { (harness) async throws in
            let page = try await harness.send("GET", "/i/\(harness.practiceTicket)")
            #expect(page.status == 200)
            #expect(page.text.contains("A &quot;quoted&quot; &lt;b&gt;title&lt;/b&gt;"))
            #expect(page.text.contains(#"ticket="\#(harness.practiceTicket)""#))
            // What the candidate is told stands there before the ticket is used, in the words that are recorded.
            for item in CandidateNotice(.local).items {
                #expect(page.text.contains("<li>\(item.replacingOccurrences(of: "'", with: "&#39;"))</li>"))
            }
            #expect(!page.text.contains("<b>title"))
            let policy = page.headers["content-security-policy"] ?? ""
            #expect(policy.hasPrefix("default-src 'none'; script-src 'self'"))
            #expect(!policy.contains("unsafe"))
            #expect(page.headers["x-content-type-options"] == "nosniff")
            #expect(page.headers["cache-control"] == "no-store")
        }
    }

    @Test("assets have a type and an ETag, and are not sent twice")
    func assets() async throws {
        try await GatewayHarness.run { (harness) async throws in
            let first = try await harness.send("GET", "/assets/viva-interview.js")
            #expect(first.headers["content-type"] == "text/javascript; charset=utf-8")
            let tag = try #require(first.headers["etag"])
            let second = try await harness.send("GET", "/assets/viva-interview.js", headers: ["If-None-Match": tag])
            #expect(second.status == 304)
            #expect(second.text.isEmpty)
            for path in ["/assets/nothing.js", "/assets/..%2fGateway.swift", "/assets/room.html"] {
                #expect(try await harness.send("GET", path).status == 404)
            }
            #expect(try await harness.send("GET", "/").status == 200)
            #expect(try await harness.send("GET", "/app/").status == 200)
        }
    }
}
