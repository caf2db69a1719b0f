package io.crossclear.domain.oracle;

import java.util.List;

/**
 * A certificate and the rows it claims to certify, as published; believed by nobody before it is
 * checked.
 */
public record CertifiedReport(Certificate certificate, List<ReportRow> rows) {

  public CertifiedReport {
    rows = List.copyOf(rows);
  }
}
