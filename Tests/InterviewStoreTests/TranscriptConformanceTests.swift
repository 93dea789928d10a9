import InterviewCore
import InterviewStore
import Testing

/// What every store does with transcripts and records. Runs over each factory.
@Suite("Transcripts in every interview store")
struct TranscriptConformanceTests {
    @Test("segments come back as they were said, in order", arguments: StoreFactory.all)
    func segments(factory: StoreFactory) async throws {
        let fixture = try await StoreFixture(factory)
        let turns = (1...20).map { fixture.turn($0, speaker: $0 % 2 == 0 ? .candidate : .interviewer) }
        for (index, turn) in turns.enumerated() {
            #expect(try await fixture.append(turn) == AppendedSegment(sequence: SegmentSequence(rawValue: index + 1), alreadyStored: false))
        }
        let stored = try await fixture.store.segments(interview: fixture.interview.id, tenant: .local, after: nil)
        #expect(stored.map(\.turn) == turns)
        #expect(stored.map(\.sequence.rawValue) == Array(1...20))
        let rest = try await fixture.store.segments(interview: fixture.interview.id, tenant: .local, after: SegmentSequence(rawValue: 18))
        #expect(rest.map(\.sequence.rawValue) == [19, 20])
        await fixture.store.close()
    }

    @Test("the same turn again has the place it had; other words for it are a conflict", arguments: StoreFactory.all)
    func idempotence(factory: StoreFactory) async throws {
        let fixture = try await StoreFixture(factory)
        _ = try await fixture.append(fixture.turn(1))
        _ = try await fixture.append(fixture.turn(2))
        #expect(try await fixture.append(fixture.turn(1)) == AppendedSegment(sequence: SegmentSequence(rawValue: 1), alreadyStored: true))
        #expect(await code { _ = try await fixture.append(fixture.turn(1, "other words")) } == .conflict)
        // The same item of the other speaker is another turn.
        #expect(try await fixture.append(fixture.turn(1, speaker: .interviewer)).sequence.rawValue == 3)
        #expect(try await fixture.store.segments(interview: fixture.interview.id, tenant: .local, after: nil).count == 3)
        await fixture.store.close()
    }

    @Test("a thousand simultaneous appends lose, double and misplace nothing", arguments: StoreFactory.all)
    func concurrentAppends(factory: StoreFactory) async throws {
        let fixture = try await StoreFixture(factory)
        let other = try await fixture.store.createInterview(
            NewInterview(id: .fresh(), planID: fixture.plan.id, createdAt: fixture.now),
            tenant: .local
        )
        let interviews = [fixture.interview.id, other.id]
        let appended = try await withThrowingTaskGroup(of: (InterviewID, Int, AppendedSegment).self) { group in
            for number in 0..<1000 {
                let id = interviews[number % 2]
                group.addTask { (id, number, try await fixture.store.appendSegment(fixture.turn(number), interview: id, tenant: .local)) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        for id in interviews {
            let stored = try await fixture.store.segments(interview: id, tenant: .local, after: nil)
            #expect(stored.map(\.sequence.rawValue) == Array(1...500))
            let places = Dictionary(uniqueKeysWithValues: stored.map { ($0.itemID, $0.sequence) })
            for (interview, number, segment) in appended where interview == id { #expect(places["item_\(number)"] == segment.sequence) }
        }
        await fixture.store.close()
    }

    @Test("a bad write among good ones hurts only itself", arguments: StoreFactory.all)
    func badWriteAmongGood(factory: StoreFactory) async throws {
        let fixture = try await StoreFixture(factory)
        _ = try await fixture.append(fixture.turn(0))
        let codes = await withTaskGroup(of: InterviewStoreError.Code?.self) { group in
            for number in 1...200 {
                group.addTask {
                    await code {
                        _ = try await fixture.append(
                            number % 10 == 0 ? fixture.turn(0, "conflicting words \(number)") : fixture.turn(number)
                        )
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(codes.filter { $0 == .conflict }.count == 20)
        #expect(codes.filter { $0 == nil }.count == 180)
        let stored = try await fixture.store.segments(interview: fixture.interview.id, tenant: .local, after: nil)
        #expect(stored.map(\.sequence.rawValue) == Array(1...181))
        await fixture.store.close()
    }

    @Test("texts beyond the limits are refused whole", arguments: StoreFactory.all)
    func tooLarge(factory: StoreFactory) async throws {
        let fixture = try await StoreFixture(factory)
        let limit = InterviewStoreLimits.segmentTextBytes
        _ = try await fixture.append(fixture.turn(1, String(repeating: "a", count: limit)))
        #expect(await code { _ = try await fixture.append(fixture.turn(2, String(repeating: "a", count: limit + 1))) } == .tooLarge)
        let body = String(repeating: " ", count: InterviewStoreLimits.eventBodyBytes + 1)
        let event = InterviewEvent(kind: .clientReport, at: fixture.now, body: body)
        #expect(await code { try await fixture.store.appendEvent(event, interview: fixture.interview.id, tenant: .local) } == .tooLarge)
        await fixture.store.close()
    }

    @Test("words of any script, and with any signs come back unchanged", arguments: StoreFactory.all)
    func anyText(factory: StoreFactory) async throws {
        let fixture = try await StoreFixture(factory)
        let texts = ["'; DROP TABLE segment; --", "Grüße 你好 مرحبا 👩‍👩‍👧", "", "\u{FEFF}line\r\nbreak"]
        for (index, text) in texts.enumerated() { _ = try await fixture.append(fixture.turn(index, text)) }
        #expect(try await fixture.store.segments(interview: fixture.interview.id, tenant: .local, after: nil).map(\.text) == texts)
        await fixture.store.close()
    }

    @Test("a zero byte in what was said is replaced, and the retry is still a retry", arguments: StoreFactory.all)
    func zeroByte(factory: StoreFactory) async throws {
        let fixture = try await StoreFixture(factory)
        _ = try await fixture.append(fixture.turn(1, "a\u{0}b"))
        #expect(try await fixture.append(fixture.turn(1, "a\u{0}b")).alreadyStored)
        #expect(try await fixture.store.segments(interview: fixture.interview.id, tenant: .local, after: nil).map(\.text) == ["a\u{FFFD}b"])
        await fixture.store.close()
    }

    // MARK: Record

    @Test("the proof that questions were put comes back in order", arguments: StoreFactory.all)
    func coverage(factory: StoreFactory) async throws {
        let fixture = try await StoreFixture(factory)
        let proofs = (1...3).map { number in
            QuestionCoverage(
                questionID: QuestionID(wellFormed: "q\(number)"),
                number: number,
                outcome: number == 3 ? .leftOutForTime : .asked,
                exactWords: "Thank you. Question “\(number)”?",
                askedAtMilliseconds: number == 3 ? nil : 12,
                heardFraction: 0.95,
                attempts: 1
            )
        }
        for proof in proofs {
            try await fixture.store.appendCoverage(proof, interview: fixture.interview.id, tenant: .local, at: fixture.now)
        }
        let notice = InterviewEvent(kind: .notice, at: fixture.now, body: #"{"version":"1"}"#)
        try await fixture.store.appendEvent(notice, interview: fixture.interview.id, tenant: .local)
        #expect(try await fixture.store.coverage(interview: fixture.interview.id, tenant: .local) == proofs)
        #expect(try await fixture.store.events(interview: fixture.interview.id, tenant: .local, kind: nil).count == 4)
        #expect(try await fixture.store.events(interview: fixture.interview.id, tenant: .local, kind: .notice) == [notice])
        await fixture.store.close()
    }
}
