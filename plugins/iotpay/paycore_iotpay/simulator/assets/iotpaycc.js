/* The simulator's stand-in for IOTPay's browser script. No money moves here. */
(function () {
  "use strict";

  var base = new URL(document.currentScript.src).origin;
  var POLLS = 30;
  var FIELDS = [
    ["cardNum", "Card number", "cc-number", 24],
    ["holder", "Name on the card", "cc-name", 50],
    ["expiryDate", "Expires (MM/YY)", "cc-exp", 5],
    ["cvv", "Security code", "cc-csc", 4]
  ];

  function ask(path, body) {
    return fetch(base + path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body)
    }).then(function (answer) { return answer.json(); });
  }

  function event(detail) {
    var status = detail.retData && detail.retData.status;
    var good = detail.retCode === "SUCCESS" && (status === undefined || status === 2 || status === 3);
    var message = detail.retMsg || (good ? "" : "Declined");
    return { result: good ? "SUCCESS" : "FAIL", message: message, detail: detail };
  }

  function decided(detail) {
    return detail.retCode !== "SUCCESS" || [2, 3, 9].indexOf(detail.retData.status) >= 0;
  }

  function poll(body, left, callback) {
    ask("/cc/queryorder", body).then(function (detail) {
      if (decided(detail)) { callback(event(detail)); return; }
      if (left <= 1) { callback({ result: "FAIL", message: "Timeout", detail: detail }); return; }
      setTimeout(function () { poll(body, left - 1, callback); }, 1000);
    }, function () {
      callback({ result: "FAIL", message: "Timeout", detail: {} });
    });
  }

  function styled(element, rules) {
    Object.keys(rules).forEach(function (name) { element.style[name] = rules[name]; });
    return element;
  }

  function field(row, dark) {
    var label = styled(document.createElement("label"), { display: "block", margin: "0 0 12px", fontWeight: "600" });
    var input = styled(document.createElement("input"), {
      display: "block", width: "100%", boxSizing: "border-box", padding: "9px 11px", font: "inherit", fontWeight: "400",
      border: "1px solid #8a94a6", borderRadius: "8px",
      background: dark ? "#121822" : "#fff", color: dark ? "#e8edf4" : "#182230"
    });
    input.name = row[0];
    input.autocomplete = row[2];
    input.maxLength = row[3];
    input.required = true;
    label.append(row[1], input);
    return label;
  }

  function drawn(mode, options) {
    var dark = Boolean(options.darkMode);
    var button = options.button || {};
    var form = styled(document.createElement("form"), {
      maxWidth: "420px", padding: "20px", borderRadius: "12px", border: "1px solid #c6cedb",
      font: "15px/1.5 system-ui, sans-serif",
      background: dark ? "#1a212c" : "#fff", color: dark ? "#e8edf4" : "#182230"
    });
    var note = styled(document.createElement("p"), { margin: "0 0 12px", fontSize: "13px" });
    note.textContent = "IOTPay simulator: no money moves here.";
    var submit = styled(document.createElement("button"), {
      width: "100%", padding: "11px", border: "0", borderRadius: "8px", font: "inherit",
      fontWeight: "700", cursor: "pointer", color: button.color || "#fff",
      backgroundColor: button.backgroundColor || "#1d5fd1", backgroundImage: button.backgroundImage || "",
      boxShadow: button.boxShadow || "", height: button.height || ""
    });
    submit.textContent = button.text || (mode === "Add" ? "Store this card" : "Pay");
    var problem = styled(document.createElement("p"), { margin: "10px 0 0", color: dark ? "#ffb3b3" : "#a11a1a" });
    problem.setAttribute("role", "alert");
    form.append(note);
    FIELDS.forEach(function (row) { form.append(field(row, dark)); });
    form.append(submit, problem);
    return { form: form, submit: submit, problem: problem };
  }

  function written(form, secureId) {
    var data = new FormData(form);
    return {
      secureId: secureId,
      cardNum: data.get("cardNum").replace(/[ -]/g, ""),
      holder: data.get("holder").trim(),
      expiryDate: data.get("expiryDate").replace(/[ /]/g, ""),
      cvv: data.get("cvv").trim()
    };
  }

  window.Iotpay = function (secureId, mode, options) {
    if (mode !== "Pay" && mode !== "Add") { throw new Error("Iotpay: mode is 'Pay' or 'Add'"); }
    return {
      mount: function (selector, callback) {
        var parts = drawn(mode, options || {});
        document.querySelector(selector).replaceChildren(parts.form);
        parts.form.addEventListener("submit", function (submitted) {
          submitted.preventDefault();
          parts.submit.disabled = true;
          parts.problem.textContent = "";
          var body = written(parts.form, secureId);
          ask(mode === "Add" ? "/v3/cc_pfaddcard" : "/v3/cc_pfpurchase", body).then(function (detail) {
            if (detail.retCode !== "SUCCESS") {
              parts.submit.disabled = false;
              parts.problem.textContent = detail.retMsg;
            }
            if (mode === "Add" || decided(detail)) { callback(event(detail)); return; }
            poll(body, POLLS, callback);
          }, function () {
            poll(body, POLLS, callback);
          });
        });
      }
    };
  };
}());
